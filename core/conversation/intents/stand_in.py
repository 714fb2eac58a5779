"""Who decides while somebody is away: named, ended, or asked for."""

import re
from datetime import date
from typing import Any

from core.accounts.model import Staff
from core.accounts.service import staff_who_plan
from core.chat import Action
from core.conversation.absences import absence
from core.conversation.planner import decider, planner
from core.conversation.planner_words import plainly
from core.conversation.turn import Answer, Ask, Choice, Confirm, Step, Turn
from core.errors import NotFound
from core.purchasing import standing_in
from core.purchasing.standing_in import Away, Delegation

PROOF = 2
AUDIENCE = frozenset({"staff"})
_MOST_CHOICES = 6


def answer(turn: Turn) -> Step:
    """Find out who, for whom and until when, then show what would be agreed."""
    words = f"{turn.slots.get('heard') or ''} {turn.text}".strip()
    known = standing_in.delegations(turn.session, planner(turn), decider(turn).today)
    if turn.says("back_words", words):
        return _ending(turn, known)
    if turn.says("who_words", words):
        return Answer("\n".join(_told(turn, one) for one in known) or turn.say("nobody"))
    people = staff_who_plan(turn.session)
    absent = _absent(turn, people, words)
    deputy = _deputy(turn, [one for one in people if one.email != absent.email], words)
    if isinstance(deputy, Ask):
        return deputy
    turn.slots["deputy"] = deputy.email
    away = absence(turn.text, turn.today) or absence(words, turn.today)
    if away is not None and turn.slots.get("text") and away.first_on == away.last_on:
        away = Away(turn.today, away.last_on)  # it was asked until when
    if away is None:
        return Ask("away", turn.say("until", deputy=deputy.name, absent=absent.name))
    plan = {
        "absent": absent.email,
        "deputy": deputy.email,
        "first_on": away.first_on.isoformat(),
        "last_on": away.last_on.isoformat(),
    }
    shown = turn.say("line", deputy=deputy.name, absent=absent.name, first=away.first_on, last=away.last_on)
    return Confirm(turn.say("confirm", shown=shown), plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Agree it, or end it."""
    staff = planner(turn)
    if "ends" in plan:
        for number in plan["ends"]:
            standing_in.end_delegation(turn.session, staff, number, turn.now)
        ended = Action("end_delegation", {"delegations": plan["ends"]}, {"ended": len(plan["ends"])})
        return Answer(turn.say("done_back"), actions=(ended,))
    away = Away(date.fromisoformat(plan["first_on"]), date.fromisoformat(plan["last_on"]))
    agreed = standing_in.delegate(turn.session, staff, plan["deputy"], away, turn.now, plan["absent"])
    action = Action("delegate", dict(plan), {"delegation": agreed.delegation_id})
    return Answer(turn.say("done", shown=_told(turn, agreed)), actions=(action,))


def _ending(turn: Turn, known: list[Delegation]) -> Step:
    own = [one for one in known if one.absent == planner(turn).email]
    if not own:
        return Answer(turn.say("not_away"))
    shown = "\n".join(_told(turn, one) for one in own)
    return Confirm(turn.say("confirm_back", shown=shown), {"ends": [one.delegation_id for one in own]})


def _told(turn: Turn, one: Delegation) -> str:
    return turn.say("line", deputy=one.deputy_name, absent=one.absent_name, first=one.first_on, last=one.last_on)


def _absent(turn: Turn, people: list[Staff], words: str) -> Staff:
    """Whoever is said to be away, or decided for; else the person who talks."""
    said = plainly(words)
    behind = "|".join(re.escape(plainly(one)) for one in turn.say("for_words").split(", "))
    ahead = "|".join(re.escape(plainly(one)) for one in turn.say("away_words").split(", "))
    for one in people:
        name = re.escape(plainly(one.name))
        first = name.split("\\ ")[0]
        if re.search(
            rf"(?<!\w)(?:{behind}) (?:{name}|{first})(?!\w)|(?<!\w)(?:{name}|{first}) (?:{ahead})(?!\w)", said
        ):
            return one
    return planner(turn)


def _deputy(turn: Turn, people: list[Staff], words: str) -> Staff | Ask:
    """Whoever is named to decide; a question where nobody is, or several are."""
    known = turn.slots.get("deputy")
    named = [one for one in people if one.email == known] or _named(people, words)
    if len(named) == 1:
        return named[0]
    if not people:
        raise NotFound(turn.say("no_planner"))
    choices = tuple(Choice(one.name, {"deputy": one.email}) for one in (named or people)[:_MOST_CHOICES])
    return Ask("deputy", turn.say("who"), choices)


def _named(people: list[Staff], words: str) -> list[Staff]:
    """Those of whom the whole name is said, else those of whom the first is."""
    said = " ".join(["", *re.findall(r"[^\W_]+", plainly(words)), ""])
    whole = [one for one in people if f" {plainly(one.name)} " in said or plainly(one.email) in plainly(words)]
    return whole or [one for one in people if f" {plainly(one.name).split(' ')[0]} " in said]
