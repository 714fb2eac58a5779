"""The planner's inbox: proposals to approve, change, put off, split or reject, and who decides while one is away."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from bot.web.callers import AsPlanner, Caller, Calling, Fields, Sent
from bot.web.door import door_of
from bot.web.ingress import a_day, whole_number
from bot.web.refusals import status_of
from bot.web.show import go_to, page
from bot.web.stock_picture import picture
from core.accounts.model import Staff
from core.errors import Conflict, InvalidInput, NotFound, PortalError, Refused
from core.money import Money
from core.purchasing.model import Proposal, ProposalStatus, Repriced
from core.purchasing.overstock import totals
from core.purchasing.recosting import Priced
from core.purchasing.standing_in import Away

router = APIRouter(prefix="/planner")
ProposalId = Annotated[int, Path(ge=1, le=2**53)]
_MOST_ROWS = 200
_FIELD, _TICK = "quantity-", "tick-"
_KINDS = {
    "proposed": "as proposed",
    "break_below": "the price break below",
    "break_above": "the price break above",
    "pack_less": "a pack less",
    "pack_more": "a pack more",
    "full_less": "larger packs filled with less",
    "full_more": "larger packs filled with more",
    "least": "the least there is",
}


@router.get("")
def inbox(request: Request, calling: Calling, staff: AsPlanner) -> Response:
    """Proposals: open ones first, then what was decided lately."""
    portal = door_of(request).portal
    found, promises = portal.proposals(staff), portal.promise_record(staff)
    asleep = door_of(request).portal.waiting_for(staff).asleep
    sleeping = {one.proposal_id for one in asleep}
    open_ones = [one for one in found if one.status is ProposalStatus.OPEN and one.proposal_id not in sleeping]
    decided = [one for one in found if one.status is not ProposalStatus.OPEN]
    told: dict[str, Any] = {"open_ones": open_ones, "asleep": asleep, "decided": decided, "promises": promises}
    return page(request, calling, "proposals.html", **told)


@router.get("/proposals/{proposal_id}")
def proposal(request: Request, calling: Calling, staff: AsPlanner, proposal_id: ProposalId, done: str = "") -> Response:
    """One proposal with its lines, their reasons and pictures."""
    found = door_of(request).portal.proposal(staff, proposal_id)
    return _proposal_page(request, calling, found, done=done)


@router.post("/proposals/{proposal_id}/reprice")
def reprice(request: Request, staff: AsPlanner, proposal_id: ProposalId, sent: Sent) -> JSONResponse:
    """What other quantities would cost and risk: `{"quantities": {"1": 48}}`; changes nothing."""
    quantities = _sent_quantities(sent)
    portal = door_of(request).portal
    found = portal.proposal(staff, proposal_id)
    repriced = portal.reprice(staff, proposal_id, quantities)
    written = {str(line): _as_json(request, one) for line, one in repriced.items()}
    meant = {line.line: line for line in portal.recost(staff, proposal_id, quantities).lines}
    for line, told in written.items():
        told["alternatives"] = [_alternative(request, one) for one in meant[int(line)].alternatives]
    total = _total(found, repriced)
    return JSONResponse({"lines": written, "total": _amount(request, total)})


@router.post("/proposals/{proposal_id}/preview")
def preview(request: Request, calling: Calling, staff: AsPlanner, proposal_id: ProposalId, fields: Fields) -> Response:
    """The same for a browser without scripts: old and new side by side, to be saved or left."""
    portal = door_of(request).portal
    found = portal.proposal(staff, proposal_id)
    try:
        quantities = _quantities(fields, found)
        repriced = portal.reprice(staff, proposal_id, quantities)
        meant = portal.recost(staff, proposal_id, quantities)
    except InvalidInput as fault:
        return _proposal_page(request, calling, found, fault=fault, typed=fields)
    told: dict[str, Any] = {
        "found": found,
        "repriced": repriced,
        "content_hash": fields.get("content_hash", ""),
        "total": _total(found, repriced),
        "has_fault": any(one.fault for one in repriced.values()),
        "meant": meant,
        "others": {line.line: [_alternative(request, one) for one in line.alternatives] for line in meant.lines},
    }
    return page(request, calling, "proposal_preview.html", **told)


@router.post("/proposals/{proposal_id}/edit")
def edit(request: Request, calling: Calling, staff: AsPlanner, proposal_id: ProposalId, fields: Fields) -> Response:
    """Save other quantities."""
    portal = door_of(request).portal
    try:
        quantities = _quantities(fields, portal.proposal(staff, proposal_id))
        portal.edit(staff, proposal_id, fields.get("content_hash", ""), quantities)
    except (Conflict, InvalidInput, Refused) as refusal:
        typed = fields if isinstance(refusal, InvalidInput) else None
        return refused(request, calling, staff, proposal_id, refusal, typed)
    return go_to(f"/planner/proposals/{proposal_id}?done=edited")


@router.post("/proposals/{proposal_id}/approve")
def approve(request: Request, calling: Calling, staff: AsPlanner, proposal_id: ProposalId, fields: Fields) -> Response:
    """Approve what the page showed."""
    try:
        decided = door_of(request).portal.approve(staff, proposal_id, fields.get("content_hash", ""))
    except (Conflict, Refused) as refusal:
        return refused(request, calling, staff, proposal_id, refusal)
    done = "approved" if decided.status is ProposalStatus.APPROVED else "seconded"
    return go_to(f"/planner/proposals/{proposal_id}?done={done}")


@router.post("/proposals/{proposal_id}/reject")
def reject(request: Request, calling: Calling, staff: AsPlanner, proposal_id: ProposalId, fields: Fields) -> Response:
    """Reject what the page showed, with a reason."""
    try:
        door_of(request).portal.reject(staff, proposal_id, fields.get("content_hash", ""), fields.get("reason", ""))
    except (Conflict, InvalidInput, Refused) as refusal:
        return refused(request, calling, staff, proposal_id, refusal)
    return go_to(f"/planner/proposals/{proposal_id}?done=rejected")


@router.post("/proposals/{proposal_id}/snooze")
def snooze(request: Request, calling: Calling, staff: AsPlanner, proposal_id: ProposalId, fields: Fields) -> Response:
    """Put off what the page showed, whole or only the lines that are ticked."""
    portal, shown = door_of(request).portal, fields.get("content_hash", "")
    try:
        until, lines = a_day(fields.get("until", "")), _ticked(fields)
        if lines:
            held = portal.hold(staff, proposal_id, shown, lines, until)
            return go_to(f"/planner/proposals/{held.proposal_id}?done=snoozed")
        portal.snooze(staff, proposal_id, shown, until)
    except (Conflict, InvalidInput, Refused) as refusal:
        return refused(request, calling, staff, proposal_id, refusal)
    return go_to(f"/planner/proposals/{proposal_id}?done=snoozed")


@router.post("/proposals/{proposal_id}/wake")
def wake(request: Request, calling: Calling, staff: AsPlanner, proposal_id: ProposalId, fields: Fields) -> Response:
    """Take up again what was put off."""
    try:
        door_of(request).portal.wake(staff, proposal_id, fields.get("content_hash", ""))
    except (Conflict, Refused) as refusal:
        return refused(request, calling, staff, proposal_id, refusal)
    return go_to(f"/planner/proposals/{proposal_id}")


@router.post("/proposals/{proposal_id}/split")
def split(request: Request, calling: Calling, staff: AsPlanner, proposal_id: ProposalId, fields: Fields) -> Response:
    """Put the lines that are ticked into a proposal of their own."""
    try:
        portal = door_of(request).portal
        _, apart = portal.split(staff, proposal_id, fields.get("content_hash", ""), _ticked(fields))
    except (Conflict, InvalidInput, Refused) as refusal:
        return refused(request, calling, staff, proposal_id, refusal)
    return go_to(f"/planner/proposals/{apart.proposal_id}?done=split")


@router.get("/overstock")
def overstock(request: Request, calling: Calling, staff: AsPlanner) -> Response:
    """Stock that lies too long."""
    found = door_of(request).portal.overstock(staff)
    planning = door_of(request).config.planning
    told: dict[str, Any] = {"found": found, "totals": list(totals(found)), "planning": planning, "most": _MOST_ROWS}
    return page(request, calling, "overstock.html", **told)


@router.get("/away")
def away(request: Request, calling: Calling, staff: AsPlanner) -> Response:
    """Who is or will be away, and who decides then."""
    return _away_page(request, calling, staff)


@router.post("/away")
def delegate(request: Request, calling: Calling, staff: AsPlanner, fields: Fields) -> Response:
    """Let somebody decide in one's place."""
    try:
        days = Away(a_day(fields.get("first_on", "")), a_day(fields.get("last_on", "")))
        door_of(request).portal.delegate(staff, fields.get("deputy", ""), days, fields.get("absent", ""))
    except (InvalidInput, NotFound, Refused) as refusal:
        return _away_page(request, calling, staff, fault=refusal)
    return go_to("/planner/away")


@router.post("/away/{delegation_id}/end")
def end_delegation(
    request: Request,
    staff: AsPlanner,
    delegation_id: ProposalId,
    fields: Fields,  # noqa: ARG001
) -> Response:
    """Decide oneself again."""
    door_of(request).portal.end_delegation(staff, delegation_id)
    return go_to("/planner/away")


@router.get("/post")
def post(request: Request, calling: Calling, staff: AsPlanner) -> Response:
    """Letters that could not be delivered, and deliveries that could not be taken in."""
    portal = door_of(request).portal
    failed = portal.failed_deliveries(staff)
    return page(request, calling, "post.html", letters=portal.dead_letters(staff), deliveries=failed)


@router.post("/post/{outbox_id}/retry")
def retry_letter(request: Request, staff: AsPlanner, outbox_id: ProposalId, fields: Fields) -> Response:  # noqa: ARG001
    """Try a letter again."""
    door_of(request).portal.retry_letter(staff, outbox_id)
    return go_to("/planner/post")


@router.post("/post/{outbox_id}/discard")
def discard_letter(request: Request, staff: AsPlanner, outbox_id: ProposalId, fields: Fields) -> Response:  # noqa: ARG001
    """Give a letter up."""
    door_of(request).portal.discard_letter(staff, outbox_id)
    return go_to("/planner/post")


@router.post("/deliveries/{inbox_id}/retry")
def retry_delivery(request: Request, staff: AsPlanner, inbox_id: ProposalId, fields: Fields) -> Response:  # noqa: ARG001
    """Take a failed delivery in after all."""
    door_of(request).portal.retry_delivery(staff, inbox_id)
    return go_to("/planner/post")


@router.post("/deliveries/{inbox_id}/discard")
def discard_delivery(request: Request, staff: AsPlanner, inbox_id: ProposalId, fields: Fields) -> Response:  # noqa: ARG001
    """Put a failed delivery away."""
    door_of(request).portal.discard_delivery(staff, inbox_id)
    return go_to("/planner/post")


def refused(
    request: Request,
    calling: Caller,
    staff: Staff,
    proposal_id: int,
    fault: PortalError,
    typed: dict[str, str] | None = None,
) -> Response:
    """The proposal as it stands now, with what was wrong."""
    return _proposal_page(
        request, calling, door_of(request).portal.proposal(staff, proposal_id), fault=fault, typed=typed
    )


def _proposal_page(
    request: Request,
    calling: Caller,
    found: Proposal,
    *,
    fault: PortalError | None = None,
    typed: dict[str, str] | None = None,
    done: str = "",
) -> Response:
    told: dict[str, Any] = {
        "found": found,
        "pictures": {line.line: picture(line.ahead) for line in found.lines},
        "typed": typed or {},
        "fault": str(fault) if fault else "",
        "done": done,
        "is_open": found.status is ProposalStatus.OPEN,
        "divisible": [line for line in found.lines if line.quantity > 1],
    }
    return page(request, calling, "proposal.html", status=status_of(fault) if fault else 200, **told)


def _quantities(fields: dict[str, str], found: Proposal) -> dict[int, int]:
    """The quantities a form holds, by line; all faults in one text.

    Raises:
        InvalidInput: one is no whole number, or the form holds none at all.
    """
    names = {str(line.line): line.name for line in found.lines}
    quantities, faults = {}, []
    for line, typed in _typed(fields).items():
        try:
            quantities[whole_number(line, "A line's number")] = whole_number(typed, names.get(line, f"Line {line}"))
        except InvalidInput as fault:
            faults.append(str(fault))
    if faults or not quantities:
        raise InvalidInput("\n".join(faults) or "The form holds no quantities. Load the page again.")
    return quantities


def _typed(fields: dict[str, str]) -> dict[str, str]:
    return {name.removeprefix(_FIELD): typed for name, typed in fields.items() if name.startswith(_FIELD)}


def _sent_quantities(sent: dict[str, object]) -> dict[int, int]:
    given = sent.get("quantities")
    if not isinstance(given, dict) or not given:
        raise InvalidInput("Send quantities by line number, such as {“quantities”: {“1”: 48}}.")
    return {
        whole_number(str(line), "A line's number"): whole_number(str(typed), "A quantity")
        for line, typed in given.items()
    }


def _total(found: Proposal, repriced: dict[int, Repriced]) -> Money:
    totals = (repriced[line.line].total if line.line in repriced else line.total for line in found.lines)
    return sum(totals, Money(0, found.total.currency))


def _as_json(request: Request, one: Repriced) -> dict[str, Any]:
    return {
        "quantity": one.quantity,
        "unit_cost": _amount(request, one.unit_cost),
        "total": _amount(request, one.total),
        "expected_cost": _amount(request, one.expected_cost),
        "cost_lines": one.cost_lines,
        "risk": {"share": one.risk, "text": door_of(request).paper.writing.percent(one.risk)},
        "explanation": one.explanation,
        "fault": one.fault,
    }


def _alternative(request: Request, one: Priced) -> str:
    """Another quantity with its cost and risk, in a line."""
    writing = door_of(request).paper.writing
    kind = _KINDS.get(one.kind, one.kind)
    cost, year, risk = writing.money(one.total), writing.money(one.expected_cost), writing.percent(one.risk)
    return f"{one.quantity:,} ({kind}): {cost}, risk {risk}, the year {year}"


def _ticked(fields: dict[str, str]) -> list[int]:
    return [whole_number(name.removeprefix(_TICK), "A line's number") for name in fields if name.startswith(_TICK)]


def _away_page(request: Request, calling: Caller, staff: Staff, *, fault: PortalError | None = None) -> Response:
    portal = door_of(request).portal
    told: dict[str, Any] = {
        "found": portal.delegations(staff),
        "planners": portal.planners(staff),
        "me": staff,
        "fault": str(fault) if fault else "",
    }
    return page(request, calling, "away.html", status=status_of(fault) if fault else 200, **told)


def _amount(request: Request, money: Money) -> dict[str, Any]:
    written = door_of(request).paper.writing.money(money)
    return {"minor": money.minor, "currency": money.currency, "text": written}
