"""At which hours nothing shall ring for a customer: those they chose, on the clock where they live."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.accounts.service import customer, default_address
from core.config import Config
from core.database.audit import record
from core.database.upsert import upsert
from core.errors import InvalidInput
from core.mailroom.ports import Post
from core.notifications.model import KINDS, Quiet
from core.notifications.rows import HoursRow
from core.notifications.zones import is_zone, zone_of


def quiet_of(session: Session, customer_id: str, config: Config) -> Quiet | None:
    """A customer's quiet hours; None where there are none."""
    chosen = session.get(HoursRow, customer_id)
    begins, ends = config.notifications.quiet or ("", "")
    if chosen is not None and chosen.quiet_from:
        begins, ends = chosen.quiet_from, chosen.quiet_until
    if begins == ends:
        return None
    return Quiet(time.fromisoformat(begins), time.fromisoformat(ends), zone_for(session, customer_id, config))


def zone_for(session: Session, customer_id: str, config: Config) -> ZoneInfo:
    """The zone a customer chose, that of their address or country, or else the shop's."""
    chosen = session.get(HoursRow, customer_id)
    if chosen is not None and is_zone(chosen.zone):
        return ZoneInfo(chosen.zone)
    lives = default_address(session, customer_id, "shipping")
    country = lives.country if lives else customer(session, customer_id).country
    return zone_of(country, lives.region if lives else "") or config.shop.zone


def held_until(session: Session, post: Post, config: Config, now: datetime) -> datetime | None:
    """Until when a notice waits for quiet hours to be over; None where it may go now."""
    about, customer_id = post.content.get("about"), post.content.get("customer_id")
    if post.is_urgent or about not in KINDS or post.channel not in config.notifications.quiet_channels:
        return None
    quiet = quiet_of(session, str(customer_id), config)
    return quiet.release(now) if quiet is not None and quiet.holds(now) else None


def chosen_hours(session: Session, customer_id: str) -> tuple[str, str, str]:
    """The zone a customer chose and their quiet hours; empty where they left it to the shop."""
    row = session.get(HoursRow, customer_id)
    return (row.zone, row.quiet_from, row.quiet_until) if row is not None else ("", "", "")


def choose_hours(session: Session, customer_id: str, zone: str, quiet: tuple[str, str], now: datetime) -> None:
    """Keep the zone and the quiet hours a customer chose; empty ones leave it to the shop, equal ones are none.

    Raises:
        InvalidInput: not a zone, or no times of day.
    """
    if zone and not is_zone(zone):
        raise InvalidInput("That is not the name of a time zone; write it like Europe/London.", "no-zone")
    try:
        begins, ends = (time.fromisoformat(one).strftime("%H:%M") if one else "" for one in quiet)
    except ValueError as error:
        raise InvalidInput("Write the quiet hours as times of day, like 21:00 and 08:00.", "no-hours") from error
    if bool(begins) != bool(ends):
        raise InvalidInput("Write the quiet hours as times of day, like 21:00 and 08:00.", "no-hours")
    row = {"customer_id": customer_id, "zone": zone, "quiet_from": begins, "quiet_until": ends, "chosen_at": now}
    upsert(session, HoursRow, [row])
    who = f"customer:{customer_id}"
    record(session, now, who, "quiet_hours_chosen", who, zone=zone, quiet=[begins, ends])
