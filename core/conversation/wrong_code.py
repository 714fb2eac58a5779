"""What follows a wrong code, wherever it was typed: the owner hears of a lock, the shop of an attack."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.accounts import identity
from core.accounts.service import admins, language_of
from core.conversation import security
from core.conversation.turn import House
from core.database.audit import record
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing


def note(session: Session, house: House, browser: str, now: datetime) -> None:
    """Count it; tell the owner where the address is now locked, and the shop's admins where many are wrong."""
    locked = identity.just_locked(session, browser, now)
    if locked is not None:
        cause, person = f"locked:{locked.address}:{now:%Y-%m-%d}", str(locked.person)
        _post(session, house, cause, (locked.address, person), now)
        security.tell_chats(session, house, (person, locked.address), "locked_mail", cause, now)
    if identity.wrong_codes(session, now) == house.config.identity.alarm_wrong_codes:
        record(session, now, "door", "many_wrong_codes", "sign_in", in_an_hour=house.config.identity.alarm_wrong_codes)
        for one in admins(session):
            _post(session, house, f"alarm:{one.email}:{now:%Y-%m-%dT%H}", (one.email, f"staff:{one.email}"), now)


def _post(session: Session, house: House, key: str, to: tuple[str, str], now: datetime) -> None:
    kind, (address, chat) = key.partition(":")[0], to
    spoken = language_of(session, chat)
    text = house.wording.say(spoken, "", f"{kind}_mail", shop=house.config.shop.name)
    content = {
        "to": address,
        "subject": house.wording.say(spoken, "", f"{kind}_subject", shop=house.config.shop.name),
        "text": text,
    }
    outbox.post(session, Outgoing(key, "email", chat, "notice", content), now)
