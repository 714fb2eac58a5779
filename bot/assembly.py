"""Composition root: from a configuration to a portal, its couriers, the web door and the scheduler."""

import contextlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from core.billing import e_invoice
from core.clock import Clock, utc_now
from core.config import Config, Mail
from core.conversation.ports import Adviser
from core.database.engine import Database, parsed
from core.errors import ConfigError
from core.mailroom.ports import Courier
from core.portal import Portal
from core.portal.bell import WebChat
from core.shipments.ports import Tracker
from core.systems import Mailbox

if TYPE_CHECKING:
    from bot.channels.slack.service import SlackService
    from bot.channels.telegram.service import TelegramDoor

_SHORTEST_SECRET = 16
WEB_SECRET = "web-secret"  # noqa: S105 the name of its file
_SENDERS = 16  # letters under way at once, while their platforms take their time


@dataclass(frozen=True)
class House:
    """Everything that runs, wired together."""

    config: Config
    database: Database
    portal: Portal
    telegram: "TelegramDoor | None" = None
    slack: "SlackService | None" = None

    def close(self) -> None:
        """Give the database back, and hang up."""
        if self.telegram is not None:
            self.telegram.wire.close()
        self.portal.hang_up()
        self.database.close()


def build(config: Config, clock: Clock = utc_now) -> House:
    """Wire a portal to its database; makes the folder of an SQLite file and a web secret where there is none.

    Raises:
        ConfigError: the database address or the secret cannot be used, or e-invoices lack what they need.
    """
    lacking = e_invoice.missing(config.shop) if config.billing.e_invoice != "off" else []
    if lacking:
        raise ConfigError(f"billing.e_invoice is “{config.billing.e_invoice}” and needs {', '.join(lacking)}.")
    folder = folder_of(config.database.url)
    config = config.model_copy(update={"web": config.web.model_copy(update={"secret": _secret(config, folder)})})
    database = Database(config.database.url, config.database.busy_timeout_s)
    portal = Portal(
        database,
        config,
        clock,
        couriers={"email": _letters(config, clock), "web": WebChat(database, clock)},
        adviser=_adviser(config),
        senders=_SENDERS,
    )
    _connect(portal, config, clock)
    portal.know_trackers(_trackers(config, clock))
    return House(config, database, portal, _telegram(portal, config), _slack(portal, config, clock))


def _connect(portal: Portal, config: Config, clock: Clock) -> None:
    """Connect the systems that are switched on: each is a folder of integrations by the name of its section."""
    for name in config.connected:
        portal.connect(import_module(f"integrations.{name}.backend").backend(config, clock))


def _trackers(config: Config, clock: Clock) -> list[Tracker]:
    """Whom parcels are asked of: Amazon about its own, then carriers, then those who gather for all others."""
    found: list[Tracker] = []
    if config.amazon.on and config.amazon.reads_tracking:
        from integrations.carriers.amazon import parcels

        found.append(parcels(config.amazon, config.shop.zone, clock))
    if config.tracking.is_on:
        from integrations.carriers.tracking import vendors

        found += vendors(config.tracking, config.shop.zone, clock)
    return found


def _letters(config: Config, clock: Clock) -> Courier:
    """Letters by mail, and orders to suppliers with an address by a call."""
    mail = _mail(config.mail, config.shop.name)
    if not config.suppliers.addresses:
        return mail
    from integrations.http import Http
    from integrations.suppliers.client import SupplierCourier

    return SupplierCourier(mail, config.suppliers, Http("The supplier", clock=clock), clock)


def _mail(settings: Mail, shop: str) -> Courier:
    from integrations.email.client import OutboxCourier, SmtpCourier

    if settings.transport == "outbox":
        return OutboxCourier()
    password = settings.password.get_secret_value()
    account = (settings.host, settings.port, settings.user, password, settings.sender)
    return SmtpCourier(*account, starttls=settings.starttls, shop=shop, authority=settings.authority)


def chores(house: House) -> dict[str, Callable[[], object]]:
    """What is done once in a while beside the jobs of the portal."""
    folder, mailbox = house.config.mail.bounces, house.config.mailbox
    found: dict[str, Callable[[], object]] = {}
    if folder is not None:
        found["bounces"] = partial(_take_from_maildir, house.portal, folder)
    if mailbox.host:
        found["mailbox"] = partial(take_from_mailbox, house.portal, mailbox)
    return found


def _take_from_maildir(portal: Portal, folder: Path) -> None:
    from integrations.email import bounces

    for raw in bounces.take_new(folder):
        portal.take_bounces(bounces.read(raw))


def take_from_mailbox(portal: Portal, mailbox: Mailbox) -> tuple[int, int, int]:
    """Take in what is new in the mailbox: how many messages, reports in them, and reports of letters of ours.

    A message is marked once what it reports is kept; what is no report stays unseen for a person.

    Raises:
        Unavailable: it does not answer, or does not let us in.
    """
    from integrations.email import bounces, imap

    seen = reported = ours = 0
    with imap.opened(mailbox) as folder:
        for letter in folder.new(portal.bookmark(mailbox.name)):
            found = bounces.read(letter.raw)
            seen, reported, ours = seen + 1, reported + len(found), ours + portal.take_bounces(found)
            portal.keep_bookmark(mailbox.name, letter.at)
            if found:
                folder.mark(letter)
    return seen, reported, ours


def _telegram(portal: Portal, config: Config) -> "TelegramDoor | None":
    if config.telegram.mode == "off":
        return None
    from bot.channels.telegram import CHANNEL
    from bot.channels.telegram.service import TelegramDoor

    door = TelegramDoor(portal, config)
    portal.engage(CHANNEL, door.courier)
    return door


def _slack(portal: Portal, config: Config, clock: Clock) -> "SlackService | None":
    if config.slack.mode == "off":
        return None
    from bot.channels.slack import CHANNEL
    from bot.channels.slack.service import SlackService

    service = SlackService(portal, config, clock)
    portal.engage(CHANNEL, service.courier)
    return service


def _adviser(config: Config) -> Adviser | None:
    settings = config.language_model
    if not settings.url:
        return None
    from integrations.openai_compatible.client import LanguageModel

    return LanguageModel(settings.url, settings.model, settings.key.get_secret_value(), settings.timeout_s)


def folder_of(url: str) -> Path:
    """Where what belongs to an installation is kept: beside an SQLite file, else in `var`."""
    address = parsed(url)
    is_file = address.get_backend_name() == "sqlite"
    folder = Path(address.database or "").parent if is_file else Path("var")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"The folder {folder} of the database cannot be made: {error.strerror}.") from error
    return folder


def _secret(config: Config, folder: Path) -> SecretStr:
    given = config.web.secret.get_secret_value()
    if given and len(given.encode()) < _SHORTEST_SECRET:
        raise ConfigError(f"web.secret is too short; give at least {_SHORTEST_SECRET} characters.")
    return SecretStr(given) if given else SecretStr(_kept_secret(folder / WEB_SECRET))


def _kept_secret(path: Path) -> str:
    """The secret this installation made for itself; it is whole in its file from the start, and two starts agree."""
    draft = path.with_name(f"{path.name}-{secrets.token_hex(4)}")
    try:
        if not path.exists():
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(32), encoding="utf-8")
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        kept = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(
            f"No secret can be kept in {path}: {error.strerror}. Set STOREKEEPER__WEB__SECRET."
        ) from error
    if len(kept) < _SHORTEST_SECRET:
        raise ConfigError(f"The secret in {path} is too short; remove the file to have a new one made.")
    return kept
