"""When the shop can be reached: whether it is open now, and its hours through the week."""

from datetime import timedelta

from babel.dates import get_day_names

from core.conversation.turn import Answer, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})
_NEXT_DAYS = 14


def answer(turn: Turn) -> Step:
    """Tell whether somebody is there now, and when somebody is."""
    service = turn.house.config.service
    hours = service.hours_by_day()
    now = turn.now.astimezone(turn.house.zone)
    told = []
    opens = _hours_on(turn, 0)
    if opens and opens.split("-")[0] <= f"{now:%H:%M}" < opens.split("-")[1]:
        told.append(turn.say("open_now", until=opens.split("-")[1]))
    else:
        told.append(_next_opening(turn))
    names = get_day_names("wide", locale=turn.locale)
    told += [turn.say("line", day=names[day], hours=hours.get(day) or turn.say("closed")) for day in range(7)]
    return Answer("\n".join(told))


def _hours_on(turn: Turn, days_ahead: int) -> str:
    """The hours of today or a day after; empty where the shop is closed."""
    service, day = turn.house.config.service, turn.today + timedelta(days=days_ahead)
    return "" if day in service.closed_on else service.hours_by_day().get(day.weekday(), "")


def _next_opening(turn: Turn) -> str:
    now = f"{turn.now.astimezone(turn.house.zone):%H:%M}"
    for ahead in range(_NEXT_DAYS):
        hours = _hours_on(turn, ahead)
        if hours and (ahead or now < hours.split("-")[0]):
            day = turn.today + timedelta(days=ahead)
            return turn.say("opens_today" if not ahead else "opens_on", day=turn.weekday(day), at=hours.split("-")[0])
    return turn.say("closed_for_long")
