"""The check command: what is well, and what to do about what is not."""

from dataclasses import dataclass

from bot.assembly import House
from core.errors import PortalError


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
    try:
        rows = house.portal.verify_audit()
        found.append(Finding(True, f"The audit chain holds over {rows} sealed rows; the scheduler seals newer ones."))
    except PortalError as error:
        found.append(Finding(False, str(error)))
    return found
