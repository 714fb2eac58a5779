"""What planners see of proposals in Slack, drawn from records alone: digest, card, what became of it.

Every text is a plain text object, so that no name of a product or supplier is ever markup.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels.slack.drawing import plain
from bot.channels.slack.values import written
from core.purchasing.cards import Card
from core.purchasing.model import Proposal, ProposalLine, ProposalStatus

MOST_LINES, _MOST_CHARTS = 6, 1
_LONGEST_HEADER, _LONGEST_NAME, _LONGEST_WHY, _LONGEST_TITLE = 150, 80, 700, 50
_MOST_SCARCE = 3
_MOST_POINTS = 20
_LIKELY = 0.5
Drawn = tuple[str, list[dict[str, Any]]]


def cut(text: str, longest: int) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def digest(proposals: Sequence[Proposal], base_url: str) -> Drawn:
    """What a plan brought: a line for each supplier and place."""
    totals: dict[str, Any] = {}
    for one in proposals:
        known = totals.get(one.total.currency)
        totals[one.total.currency] = one.total if known is None else known + one.total
    worth = " + ".join(str(total) for total in totals.values())
    count = "1 new proposal" if len(proposals) == 1 else f"{len(proposals)} new proposals"
    head = f"{count}, worth {worth}" if proposals else "Nothing has to be ordered."
    lines = [_digest_line(one) for one in proposals[:40]]
    if len(proposals) > 40:
        lines.append(f"… and {len(proposals) - 40} more")
    blocks: list[dict[str, Any]] = [{"type": "header", "text": plain(cut(head, _LONGEST_HEADER))}]
    blocks += [_section("\n".join(lines[begin : begin + 10])) for begin in range(0, len(lines), 10)]
    blocks.append({"type": "actions", "elements": [_link("Open them all", f"{base_url}/planner")]})
    return "\n".join([head, *lines]), blocks


def card(shown: Card, base_url: str, zone: ZoneInfo, now: datetime) -> Drawn:
    """One proposal: total, load, arrival, risk, the lines that matter, stock ahead, and what can be done."""
    one = shown.proposal
    text = f"Proposal {one.proposal_id}: {one.supplier_name} for {one.location_name}, {one.total}"
    head = plain(cut(f"{one.supplier_name} · {one.total}", _LONGEST_HEADER))
    blocks: list[dict[str, Any]] = [{"type": "header", "text": head}]
    blocks += [_section(part) for part in _facts(shown, zone)]
    told = _outcome(shown, zone)
    if told:
        return f"{text}. {told}", [*blocks, _section(told), _actions([_page(one, base_url)])]
    matter = lines_that_matter(one)
    blocks += [_section(line_text(line)) for line in matter]
    left = [line for line in one.lines if line.quantity and line not in matter]
    if left:
        blocks.append(_context(f"… and {len(left)} more lines with less to say, on the page"))
    blocks += [chart(line, one.created_at, zone) for line in matter[:_MOST_CHARTS]]
    notes = _notes(shown, zone, now)
    if notes:
        blocks.append(_context(cut("\n".join(notes), 1900)))
    blocks.append(_actions([*_decisions(one, now), _page(one, base_url)]))
    ahead = [stock_in_words(line, one.created_at, zone) for line in matter[:_MOST_CHARTS]]
    return "\n".join([text, *ahead]), blocks


def lines_that_matter(one: Proposal) -> list[ProposalLine]:
    """The lines to look at: who waits first, then what was changed, then what would run short, then what costs most."""
    wanted = [line for line in one.lines if line.quantity]
    key = lambda line: (  # noqa: E731 a key is read where it is used
        -line.waiting,
        line.quantity == line.proposed,
        -round(float(line.reason["risk_without"]), 2),
        -line.total.minor,
    )
    return sorted(wanted, key=key)[:MOST_LINES]


def line_text(line: ProposalLine) -> str:
    """A line with its cost, its risk with and without, who waits, and why that many."""
    head = f"{line.quantity:,} × {cut(line.name, _LONGEST_NAME)} ({cut(line.sku, 40)})"
    packed = f", {line.packed}," if line.packed else ""
    told = [f"{head}{packed} at {line.unit_cost} = {line.total}"]
    risk, without = float(line.reason["risk"]), float(line.reason["risk_without"])
    waiting = f" · {line.waiting} {'customer waits' if line.waiting == 1 else 'customers wait'}" if line.waiting else ""
    changed = f" · proposed were {line.proposed:,}" if line.quantity != line.proposed else ""
    told.append(f"Risk of running short {percent(risk)} instead of {percent(without)}{waiting}{changed}")
    told.append(cut(line.explanation, _LONGEST_WHY))
    return "\n".join(told)


def chart(line: ProposalLine, made_at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Stock ahead with the order and without, as Slack draws it: at most twenty days, four lines."""
    ahead = line.ahead
    every = -(-len(ahead["day"]) // _MOST_POINTS)
    days = [_day(made_at, day, zone) for day in ahead["day"][::every]]
    named = (
        ("with this order", "with"),
        ("without it", "without"),
        ("likely at least", "low"),
        ("likely at most", "high"),
    )
    series = [
        {
            "name": name,
            "data": [{"label": day, "value": value} for day, value in zip(days, ahead[key][::every], strict=True)],
        }
        for name, key in named
    ]
    axis = {"categories": days, "x_label": "day", "y_label": "units on the shelf"}
    title = cut(f"Stock ahead: {line.name}", _LONGEST_TITLE)
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {"type": "line", "series": series, "axis_config": axis},
    }


def stock_in_words(line: ProposalLine, made_at: datetime, zone: ZoneInfo) -> str:
    """The same for whoever sees no chart: when the shelf would be empty, and what there is then with the order."""
    ahead = line.ahead
    empty = next((at for at, units in enumerate(ahead["without"]) if units <= 0), None)
    if empty is None:
        return f"{cut(line.name, _LONGEST_NAME)}: enough for {ahead['day'][-1]} days even without."
    day = _day(made_at, ahead["day"][empty], zone)
    low = min(ahead["with"])
    return (
        f"{cut(line.name, _LONGEST_NAME)}: without this order empty about {day}; with it {low:,.0f} units at the least."
    )


def percent(share: float) -> str:
    """A risk as people say it."""
    return "under 1 %" if share < 0.01 else "over 99 %" if share > 0.99 else f"{round(100 * share)} %"


def _facts(shown: Card, zone: ZoneInfo) -> Iterator[str]:
    one = shown.proposal
    wanted = [line for line in one.lines if line.quantity]
    units = sum(line.quantity for line in wanted)
    packs = sum(_packs(line) for line in wanted)
    waiting = sum(line.waiting for line in wanted)
    short = sum(float(line.reason["risk_without"]) > _LIKELY for line in wanted)
    still = sum(float(line.reason["risk"]) > _LIKELY for line in wanted)
    load = f" · {one.load}" if one.load and str(one.load) else ""
    lines = "1 line" if len(wanted) == 1 else f"{len(wanted)} lines"
    head = f"Proposal {one.proposal_id}, revision {one.revision}, for {cut(one.location_name, _LONGEST_NAME)}"
    if not wanted:
        yield head
        return
    told = [
        head,
        f"{lines}, {units:,} units in {packs:,} packs{load} · would arrive on {one.expected_on:%-d %B}",
        f"Likely to run short: {short} without it, {still} with it"
        + (f" · customers waiting: {waiting}" if waiting else ""),
    ]
    told += [cut(sentence, _LONGEST_WHY) for sentence in one.scarce[:_MOST_SCARCE]]
    if one.status is ProposalStatus.OPEN:
        told.append(f"Can be decided until {one.expires_at.astimezone(zone):%-d %B, %H:%M}")
    yield "\n".join(told)


def _packs(line: ProposalLine) -> int:
    """How many packs there are to handle: full ones of the largest level first."""
    left, packs = line.quantity, 0
    terms = line.reason["terms"]
    for size in reversed(terms.get("packs") or [max(1, int(terms["pack"]))]):
        count, left = divmod(left, size)
        packs += count
    return packs + (left > 0)


def _outcome(shown: Card, zone: ZoneInfo) -> str:
    """What became of it, by whom and when; empty while it is open."""
    one = shown.proposal
    if one.status is ProposalStatus.OPEN:
        return ""
    when = f" on {one.decided_at.astimezone(zone):%-d %B at %H:%M}" if one.decided_at else ""
    others = [who for who in one.approved_by if who != one.decided_by]
    who = f" by {_name(shown, one.decided_by)}" if one.decided_by else ""
    both = f", with {', '.join(_name(shown, other) for other in others)}" if others else ""
    told = {
        ProposalStatus.APPROVED: f"Approved{who}{both}{when}. Purchase order {one.purchase_order_number}.",
        ProposalStatus.REJECTED: f"Rejected{who}{when}. {cut(one.decision_reason, 500)}",
        ProposalStatus.EXPIRED: "Not decided in time; the next plan brings a fresh one.",
        ProposalStatus.SUPERSEDED: f"Closed{when}: stock has arrived meanwhile and nothing of it is needed.",
    }
    return told[one.status]


def _notes(shown: Card, zone: ZoneInfo, now: datetime) -> list[str]:
    one, told = shown.proposal, []
    if one.snoozed_until is not None and one.is_asleep(now):
        told.append(f"Put off until {one.snoozed_until.astimezone(zone):%-d %B}.")
    if one.approved_by:
        yet = ", ".join(_name(shown, who) for who in one.approved_by)
        told.append(f"Approved so far by {yet}; a second person has to approve as well.")
    if one.edited_by:
        told.append(f"Last changed by {_name(shown, one.edited_by)}.")
    if shown.counts_with:
        numbers = " and ".join(str(other) for other in shown.counts_with)
        them = f"proposal {numbers}" if len(shown.counts_with) == 1 else f"proposals {numbers}"
        told.append(f"Counts against limits together with {them}, which it is one order with.")
    return told + list(shown.away)


def _name(shown: Card, email: str) -> str:
    return cut(shown.names.get(email) or email, _LONGEST_NAME)


def _decisions(one: Proposal, now: datetime) -> list[dict[str, Any]]:
    value = written({"p": one.proposal_id, "h": one.content_hash})
    approve = {
        **_button("Approve", "approve", value), "style": "primary",
        "confirm": {
            "title": plain("Approve"), "confirm": plain("Order it"), "deny": plain("Not yet"),
            "text": plain(cut(f"Order from {one.supplier_name} for {one.total}?", 300)),
        },
    }  # fmt: skip
    asleep = _button("Take up again", "wake", value) if one.is_asleep(now) else _button("Snooze", "snooze", value)
    wanted = [line for line in one.lines if line.quantity]
    may_split = len(wanted) > 1 or any(line.quantity > int(line.reason["terms"]["pack"]) for line in wanted)
    split = [_button("Split", "split", value)] if may_split else []
    reject = {**_button("Reject", "reject", value), "style": "danger"}
    return [approve, _button("Edit", "edit", value), *split, asleep, reject]


def _digest_line(one: Proposal) -> str:
    short = f", {one.at_risk} likely to run short without" if one.at_risk else ""
    waiting = sum(line.waiting for line in one.lines)
    who = f", {waiting} waiting" if waiting else ""
    name, place = cut(one.supplier_name, _LONGEST_NAME), cut(one.location_name, 40)
    lines = "1 line" if one.line_count == 1 else f"{one.line_count} lines"
    return f"{one.proposal_id} · {name} · {place} · {one.total} · {lines}{short}{who}"


def _day(made_at: datetime, day: int, zone: ZoneInfo) -> str:
    return f"{made_at.astimezone(zone).date() + timedelta(days=day):%-d %b %y}"


def _button(label: str, verb: str, value: str) -> dict[str, Any]:
    return {"type": "button", "action_id": f"proposal:{verb}", "text": plain(label), "value": value}


def _page(one: Proposal, base_url: str) -> dict[str, Any]:
    return _link("Open the page", f"{base_url}/planner/proposals/{one.proposal_id}")


def _link(label: str, url: str) -> dict[str, Any]:
    return {"type": "button", "action_id": "link:page", "text": plain(label), "url": url}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": plain(cut(text, 2900))}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [plain(text)]}


def _actions(elements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "actions", "elements": elements}
