"""The check command: what is well, and what to do about what is not."""

from dataclasses import dataclass

from bot.assembly import House
from core.errors import PortalError
from core.exchange.model import Standing


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    is_well: bool
    text: str


def findings(house: House) -> list[Finding]:
    """Look at the database, the post, the jobs and the audit chain."""
    from core.database.migrate import require_current

    try:
        require_current(house.database)
    except PortalError as error:
        return [Finding(False, str(error))]
    health = house.portal.health()
    found = [
        Finding(True, f"The database {house.database.engine.url.render_as_string(hide_password=True)} is up to date.")
    ]
    found += [Finding(False, fault) for fault in health.faults]
    if house.config.mail.transport == "outbox":
        found.append(
            Finding(True, "Letters stay in the database (mail.transport is “outbox”); a real shop sets “smtp”.")
        )
    found += _mailbox(house) + _telegram(house) + _slack(house) + _systems(house) + _carriers(house)
    try:
        rows = house.portal.verify_audit()
        found.append(Finding(True, f"The audit chain holds over {rows} sealed rows; the scheduler seals newer ones."))
    except PortalError as error:
        found.append(Finding(False, str(error)))
    return found


def _mailbox(house: House) -> list[Finding]:
    """Whether the mailbox of letters that came back lets us in."""
    settings = house.config.mailbox
    if not settings.host:
        return []
    from integrations.email import imap

    try:
        with imap.opened(settings) as folder:
            text = f"The mailbox {settings.name} lets us in; {folder.unseen()} messages in it are unseen."
            return [Finding(True, text)]
    except PortalError as trouble:
        return [Finding(False, f"{trouble} See [mailbox] of the configuration.")]


def _systems(house: House) -> list[Finding]:
    """Whether the connected systems let us in, what they lack, and how far they were read."""
    found = [Finding(one.is_well, one.text) for name in house.portal.systems for one in house.portal.inspect(name)]
    return found + [_standing(one) for one in house.portal.standings() if one.succeeded_at or one.failing_since]


def _standing(standing: Standing) -> Finding:
    """How a feed of a system stands."""
    feed = f"{standing.label}, {standing.feed}"
    if standing.failing_since is not None:
        return Finding(False, f"{feed}: failing since {standing.failing_since:%Y-%m-%d %H:%M} UTC. {standing.trouble}")
    read, drift = f"{feed}: read at {standing.succeeded_at:%Y-%m-%d %H:%M} UTC", standing.drift
    if drift is None:
        return Finding(True, f"{read}.")
    told = f"{drift.missing} missing, {drift.different} different, {drift.extra} extra"
    return Finding(True, f"{read}; of {drift.seen} compared {told}.")


def _carriers(house: House) -> list[Finding]:
    """Whether the carriers that are asked let us in."""
    from integrations.carriers.tracking import vendors

    found = []
    for one in vendors(house.config.tracking, house.config.shop.zone):
        try:
            one.let_in()
            known = "lets us in" if one.token is not None else "has a key, which the first question will try"
            found.append(Finding(True, f"{one.http.system} {known}; it is asked where parcels are."))
        except PortalError as trouble:
            found.append(Finding(False, f"{trouble} See [tracking] of the configuration."))
    return found


def _slack(house: House) -> list[Finding]:
    """Whether Slack knows the app, and allows it what it needs."""
    settings = house.config.slack
    if house.slack is None:
        return []
    from bot.channels.slack.service import faults_of

    try:
        team, faults = faults_of(settings)
    except PortalError as error:
        return [Finding(False, f"{error} Check slack.token and the way out to {settings.api_url}.")]
    return [
        Finding(True, f"Slack knows the app in {team} ({settings.mode})."),
        *(Finding(False, one) for one in faults),
    ]


def _telegram(house: House) -> list[Finding]:
    """Whether Telegram knows the bot, and whether it can reach us."""
    if house.telegram is None:
        return []
    from bot.channels.telegram.service import faults_of

    try:
        name, faults = faults_of(house.telegram, house.config)
    except PortalError as error:
        return [
            Finding(
                False, f"Telegram: {error} Check telegram.token and the way out to {house.config.telegram.api_url}."
            )
        ]
    link = f"https://t.me/{name}?start={{token}}"
    told = [Finding(True, f"Telegram knows the bot as @{name} ({house.config.telegram.mode}).")]
    if house.config.identity.chat_links.get("telegram") != link:
        told.append(Finding(True, f"Account pages link to the bot once identity.chat_links has telegram = “{link}”."))
    return told + [Finding(False, fault) for fault in faults]
