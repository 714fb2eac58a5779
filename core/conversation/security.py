"""What linked chats hear about the account itself: somebody signed in, or tried to and is locked out."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.accounts import links
from core.accounts.service import language_of
from core.conversation import telling
from core.conversation.turn import House


def tell_chats(session: Session, house: House, whose: tuple[str, str], key: str, cause: str, now: datetime) -> int:
    """Say a sentence in every chat linked to a customer (`customer:…`) by them or the named one of their people."""
    person, member = whose
    kind, _, customer_id = person.partition(":")
    if kind != "customer":
        return 0
    text = house.wording.say(language_of(session, person), "", key, shop=house.config.shop.name)
    chats = [one for one in links.links_of(session, customer_id) if one.member in {"", member}]
    return sum(
        telling.say(session, (one.channel, one.chat, person), "shop", text, f"{cause}:{one.channel}:{one.chat}", now)
        for one in chats
    )
