"""What a planner's words point at: which open proposals, and which of their lines."""

import re
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process, utils

from core.accounts.model import Staff
from core.accounts.service import staff_by_email
from core.conversation.planner_words import mentioned
from core.conversation.turn import Ask, Choice, Turn
from core.errors import Conflict, NotFound
from core.money import Money, minor_units
from core.purchasing import proposals
from core.purchasing.decisions import Decider, decided_sentence
from core.purchasing.model import Proposal, ProposalLine

_NUMBER = re.compile(r"\bproposal\s{0,3}(?:no\.?|number|#)?\s{0,3}(\d{1,9})\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all|every|everything|both)\b", re.IGNORECASE)
_NAMED = 80
_MOST_CHOICES = 6


@dataclass(frozen=True)
class Line:
    """A line of an open proposal."""

    proposal: Proposal
    line: ProposalLine


def manner(turn: Turn) -> str:
    """How to speak to a customer or guest ("answer"), to a planner ("staff"), and to others of the shop ("desk")."""
    if turn.speaker.staff_id is None:
        return "answer"
    staff = staff_by_email(turn.session, turn.speaker.staff_id)
    return "staff" if staff is not None and staff.may_plan else "desk"


def planner(turn: Turn) -> Staff:
    """The person of the shop who talks, with today's rights.

    Raises:
        NotFound: not somebody who plans.
    """
    staff = staff_by_email(turn.session, turn.speaker.staff_id or "")
    if staff is None or not staff.may_plan:
        raise NotFound("Proposals are for planners; ask an admin for that role.")
    return staff


def decider(turn: Turn) -> Decider:
    """The same person as somebody who decides."""
    return Decider(planner(turn), turn.house.config, turn.now)


def meant_proposals(turn: Turn) -> list[Proposal] | Ask:
    """The open proposals that number, supplier, limit or place name; a question where that is not clear.

    Raises:
        NotFound: none fits.
    """
    open_ones = proposals.open_proposals(turn.session, planner(turn), turn.now)
    fitting = _fitting(turn, open_ones)
    if fitting is None:
        named = mentioned(turn.text, {one.proposal_id: one.supplier_name for one in open_ones})
        fitting = [one for one in open_ones if one.proposal_id in named] if len(named) < len(open_ones) else []
        fitting = fitting or None
    if fitting is None:
        talked_about = [one for one in open_ones if one.proposal_id == turn.focus.get("proposal")]
        fitting = talked_about or (open_ones if len(open_ones) == 1 else [])
        if open_ones and not fitting:
            return Ask("proposal", turn.say("which"), tuple(_choice(turn, one) for one in open_ones[:_MOST_CHOICES]))
    if not fitting:
        raise NotFound(turn.say("none"))
    return fitting


def meant_line(turn: Turn) -> Line | Ask:
    """The line of an open proposal that a product's name or code, or what was last talked about, names.

    Raises:
        NotFound: no open proposal has it.
    """
    staff = planner(turn)
    words = turn.slots.get("product") or turn.slots.get("text") or turn.focus.get("sku")
    number = next(iter(_numbers(turn)), None)
    lines = [
        Line(proposal, line)
        for short in proposals.open_proposals(turn.session, staff, turn.now)
        if number is None or short.proposal_id == int(number)
        for proposal in [proposals.proposal(turn.session, staff, short.proposal_id, turn.now)]
        for line in proposal.lines
    ]
    if not words:
        return _by_quantity(turn, lines)
    by_code = [found for found in lines if found.line.sku.upper() == str(words).strip().upper()]
    if by_code:
        return by_code[0]
    names = [found.line.name for found in lines]
    found = process.extractOne(str(words), names, scorer=fuzz.WRatio, processor=utils.default_process)
    if found is None or found[1] < _NAMED:
        raise NotFound(turn.say("not_proposed", words=str(words)[:60]))
    return lines[found[2]]


def _by_quantity(turn: Turn, lines: list[Line]) -> Line | Ask:
    """“Why 480?”: the line of that quantity, if it is the only one."""
    said = str(turn.slots.get("quantity") or "")
    fitting = [found for found in lines if str(found.line.quantity) == said]
    if len(fitting) == 1 and turn.intent == "explain_quantity":
        return fitting[0]
    choices = tuple(Choice(found.line.name, {"product": found.line.sku}) for found in fitting[:_MOST_CHOICES])
    return Ask("product", turn.say("name_product"), choices)


def _fitting(turn: Turn, open_ones: list[Proposal]) -> list[Proposal] | None:
    """What the words name, or None where they name nothing."""
    numbers = turn.slots.get("proposals") or _numbers(turn)
    if numbers:
        return [_numbered(turn, open_ones, int(number)) for number in numbers]
    listed = turn.focus.get("proposals") or []
    place = _place(turn.slots.get("reference"), len(listed))
    if place is not None:
        return [_numbered(turn, open_ones, int(listed[place]))]
    fitting, named = [one for one in open_ones if not one.is_asleep(turn.now)], False
    if turn.slots.get("supplier"):
        names = {one.proposal_id: one.supplier_name for one in open_ones}
        matches = process.extract(
            str(turn.slots["supplier"]), names, scorer=fuzz.WRatio, processor=utils.default_process, limit=None
        )
        close = {key for _, score, key in matches if score >= _NAMED}
        fitting, named = [one for one in fitting if one.proposal_id in close], True
    limit = _limit(turn, open_ones)
    if limit is not None:
        fitting, named = [one for one in fitting if one.total.minor <= limit.minor], True
    if named or _ALL.search(turn.text):
        return fitting
    return None


def _numbers(turn: Turn) -> list[str]:
    said = turn.slots.get("proposal")
    return [str(said)] if said else _NUMBER.findall(turn.text)[:1]


def _numbered(turn: Turn, open_ones: list[Proposal], number: int) -> Proposal:
    found = next((one for one in open_ones if one.proposal_id == number), None)
    if found is None:
        decided = proposals.proposal(turn.session, planner(turn), number, turn.now)
        raise Conflict(decided_sentence(turn.session, decided, turn.house.zone))
    return found


def _place(reference: Any, count: int) -> int | None:
    """Where in a list a reference such as “the second one” points."""
    place = {"first": 1, "last": -1}.get(str(reference)) or (
        int(str(reference)) if str(reference).lstrip("-").isdigit() else 0
    )
    return (place - 1 if place > 0 else place + count) if place and -count <= place <= count else None


def _limit(turn: Turn, open_ones: list[Proposal]) -> Money | None:
    amount = turn.slots.get("amount")
    if amount is None or not open_ones:
        return None
    currency = open_ones[0].total.currency
    return Money(minor_units(str(amount), currency), currency)


def _choice(turn: Turn, one: Proposal) -> Choice:
    label = f"{one.proposal_id} · {one.supplier_name} · {turn.show(one.total)}"
    return Choice(label, {"proposal": one.proposal_id})
