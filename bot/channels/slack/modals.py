"""The planner's modals, drawn from records alone: quantities with what they would mean, a reason, a day, a split."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.channels.slack.cards import cut, percent
from bot.channels.slack.drawing import parts, plain
from bot.channels.slack.values import written
from core.purchasing.model import Proposal, ProposalLine
from core.purchasing.recosting import Consequence, Priced, Recosted
from core.purchasing.setting_aside import Part, Parted

MOST_EDITED, _MOST_OPTIONS, _MOST_REVIEWED, _MOST_ALTERNATIVES = 40, 100, 30, 4
_LONGEST_TITLE, _LONGEST_LABEL, _LONGEST_OPTION, _LONGEST_TEXT = 24, 2000, 75, 2900
_COUNT_TOGETHER = "Both parts count together against limits, and whoever splits is no pair of eyes for either."
_KINDS = {
    "proposed": "as proposed",
    "break_below": "the price break below",
    "break_above": "the price break above",
    "pack_less": "a pack less",
    "pack_more": "a pack more",
    "full_less": "larger packs filled with less",
    "full_more": "larger packs filled with more",
    "least": "the least there is",
    "nothing": "nothing",
}
View = dict[str, Any]


def told(title: str, text: str) -> View:
    """A modal that only says something."""
    blocks = [{"type": "section", "text": plain(part)} for part in parts(text, _LONGEST_TEXT)][:90]
    return {"type": "modal", "title": plain(cut(title, _LONGEST_TITLE)), "close": plain("Close"), "blocks": blocks}


def waiting(title: str) -> View:
    """What is open while we look something up."""
    return told(title, "One moment…")


def editing(one: Proposal, typed: Mapping[int, int], meant: Recosted | None = None) -> View:
    """A field for each quantity, and under what was changed what it would mean."""
    lines = one.lines[:MOST_EDITED]
    consequences = {line.line: line for line in meant.lines} if meant else {}
    blocks: list[dict[str, Any]] = []
    for line in lines:
        blocks.append(_quantity(line.line, line.name, line.unit_cost, typed.get(line.line, line.quantity)))
        if line.line in consequences:
            blocks.append(_context(meaning(consequences[line.line])))
    if meant is not None:
        blocks.append({"type": "section", "text": plain(_totals(meant))})
    if len(one.lines) > len(lines):
        blocks.append(_context(f"The other {len(one.lines) - len(lines)} lines can be changed on the page."))
    carried = written({"p": one.proposal_id, "h": one.content_hash})
    return _modal("Change quantities", "proposal:edit", "What would it cost?", carried, blocks)


def review(meant: Recosted, quantities: Mapping[int, int]) -> View:
    """What would change, with what else could be ordered, before it is saved."""
    one = meant.proposal
    shown = meant.lines[:_MOST_REVIEWED]
    blocks: list[dict[str, Any]] = [{"type": "section", "text": plain(_totals(meant))}]
    for line in shown:
        blocks.append({"type": "section", "text": plain(cut(consequence(line), _LONGEST_TEXT))})
        other = alternatives(line.alternatives)
        if other:
            blocks.append(_context(other))
    if len(meant.lines) > len(shown):
        blocks.append(_context(f"… and {len(meant.lines) - len(shown)} more lines"))
    blocks += [_context(cut(note, 1900)) for note in meant.notes]
    if meant.faults:
        return {**told("Not like this", ""), "blocks": blocks}
    carried = written({"p": one.proposal_id, "h": one.content_hash, "q": {str(k): v for k, v in quantities.items()}})
    return _modal("Save these quantities?", "proposal:save", "Save", carried, blocks)


def rejecting(carried: str, callback: str = "proposal:reject") -> View:
    """Why it is rejected."""
    field = {"type": "plain_text_input", "action_id": "why", "multiline": True, "max_length": 500, "min_length": 1}
    blocks = [
        {
            "type": "input",
            "block_id": "why",
            "label": plain("Why? The card and the page tell it."),
            "element": field,
        }
    ]
    return _modal("Reject", callback, "Reject", carried, blocks)


def snoozing(carried: str, tomorrow: date) -> View:
    """Until when it is put off."""
    field = {"type": "datepicker", "action_id": "until", "initial_date": tomorrow.isoformat()}
    label = plain("Put off until the morning of")
    blocks = [{"type": "input", "block_id": "until", "label": label, "element": field}]
    return _modal("Snooze", "proposal:snooze", "Put it off", carried, blocks)


def splitting(one: Proposal) -> View:
    """Which lines, or how many units of one, go into a proposal of their own."""
    wanted = [line for line in one.lines if line.quantity][:_MOST_OPTIONS]
    divisible = [line for line in wanted if line.quantity > 1]
    blocks: list[dict[str, Any]] = []
    if len(wanted) > 1:
        field = {"type": "multi_static_select", "action_id": "lines", "options": _options(wanted),
                 "placeholder": plain("Lines")}  # fmt: skip
        blocks.append(_input("lines", "Into a proposal of their own", field, optional=bool(divisible)))
    if divisible:
        field = {"type": "static_select", "action_id": "part", "options": _options(divisible),
                 "placeholder": plain("One line")}  # fmt: skip
        blocks.append(_input("part", "Or only units of", field, optional=True))
        stays = {"type": "number_input", "action_id": "stays", "is_decimal_allowed": False, "min_value": "1"}
        blocks.append(_input("stays", "How many of them stay", stays, optional=True))
    blocks.append(_context(f"{_COUNT_TOGETHER} Units are costed before anything is split."))
    carried = written({"p": one.proposal_id, "h": one.content_hash})
    return _modal("Split", "proposal:split", "Split", carried, blocks)


def parting(meant: Parted) -> View:
    """What both parts of a line would cost, before it is split."""
    told = [
        f"{cut(meant.before.name, 80)}: {meant.before.quantity:,} at {meant.before.unit_cost} = {meant.before.total}",
        f"Stays here: {_part(meant.stays)}",
        f"Goes apart: {_part(meant.goes)}",
        f"Both together: {meant.together}",
    ]
    if meant.dearer.minor > 0:
        told.append(f"That is {meant.dearer} more: a part is below a price break.")
    blocks = [{"type": "section", "text": plain("\n".join(told))}, _context(_COUNT_TOGETHER)]
    one, stays = meant.proposal, {str(meant.before.line): meant.stays.quantity}
    carried = written({"p": one.proposal_id, "h": one.content_hash, "q": stays})
    return _modal("Split it like this?", "proposal:part", "Split", carried, blocks)


def meaning(line: Consequence) -> str:
    """In two lines what a change would mean."""
    if line.fault:
        return cut(line.fault, 1900)
    risk = f"risk {percent(line.before.risk)} → {percent(line.after.risk)}"
    year = f"the year {line.before.expected_cost} → {line.after.expected_cost}"
    told_short = [f"{line.before.total} → {line.after.total} · {risk} · {year}"]
    if line.alternatives:
        told_short.append(alternatives(line.alternatives))
    return cut("\n".join(told_short), 1900)


def consequence(line: Consequence) -> str:
    """What changing a line means: from, to, and why."""
    name = cut(line.name, 80)
    if line.fault:
        return f"{name}: {line.fault}"
    before, after = line.before, line.after
    waits = f"\n{line.waiting} customers wait for it." if line.waiting else ""
    return "\n".join([
        f"{name}: {before.quantity:,} → {after.quantity:,} units",
        f"Cost of the line: {before.total} → {after.total} (a unit {before.unit_cost} → {after.unit_cost})",
        f"Risk of running short: {percent(before.risk)} → {percent(after.risk)}",
        f"Ordering nothing: {percent(line.without.risk)}, the year {line.without.expected_cost}",
        f"The coming year: {before.expected_cost} → {after.expected_cost}{waits}",
        line.explanation,
    ])  # fmt: skip


def alternatives(others: Sequence[Priced]) -> str:
    """What else could be ordered, priced, the cheapest over the year first."""
    return "\n".join(
        f"{one.quantity:,} ({_KINDS.get(one.kind, one.kind)}): {one.total}, risk {percent(one.risk)}, "
        f"the year {one.expected_cost}"
        for one in others[:_MOST_ALTERNATIVES]
    )


def _totals(meant: Recosted) -> str:
    return (
        f"The order: {meant.total_before} → {meant.total_after}\n"
        f"The coming year: {meant.expected_before} → {meant.expected_after}"
    )


def _part(one: Part) -> str:
    return f"{one.quantity:,} at {one.unit_cost} = {one.total}"


def _options(lines: Sequence[ProposalLine]) -> list[dict[str, Any]]:
    return [
        {"text": plain(cut(f"{line.quantity:,} × {line.name}", _LONGEST_OPTION)), "value": str(line.line)}
        for line in lines
    ]


def _input(block_id: str, label: str, element: dict[str, Any], *, optional: bool) -> dict[str, Any]:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, "optional": optional}


def _quantity(line: int, name: str, unit_cost: Any, quantity: int) -> dict[str, Any]:
    field = {
        "type": "number_input", "action_id": f"proposal:quantity:{line}", "is_decimal_allowed": False,
        "initial_value": str(quantity), "min_value": "0",
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }  # fmt: skip
    label = plain(cut(f"{name} · now {unit_cost} a unit", _LONGEST_LABEL))
    return {"type": "input", "block_id": f"line:{line}", "label": label, "element": field, "dispatch_action": True}


def _modal(title: str, callback: str, submit: str, carried: str, blocks: list[dict[str, Any]]) -> View:
    return {
        "type": "modal", "callback_id": callback, "title": plain(cut(title, _LONGEST_TITLE)),
        "submit": plain(cut(submit, _LONGEST_TITLE)), "close": plain("Cancel"), "private_metadata": carried,
        "blocks": blocks[:100],
    }  # fmt: skip


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [plain(text or "…")]}
