"""How suppliers kept their word in the last year."""

from core.conversation.planner import planner
from core.conversation.planner_words import mentioned
from core.conversation.turn import Answer, Step, Turn
from core.purchasing.scorecard import Scorecard, scorecards

PROOF = 2
AUDIENCE = frozenset({"staff"})
_MOST = 8


def answer(turn: Turn) -> Step:
    """Tell it of the supplier that is named, or of all."""
    found = scorecards(turn.session, planner(turn), turn.house.zone, turn.now)
    if not found:
        return Answer(turn.say("none"))
    named = mentioned(turn.text, {card.supplier: f"{card.supplier_name} {card.supplier}" for card in found})
    meant = [card for card in found if card.supplier in named] or found
    told = [_told(turn, card) for card in meant[:_MOST]]
    if len(meant) > _MOST:
        told.append(turn.say("more", more=len(meant) - _MOST))
    told.append(turn.say("see", link=f"{turn.house.config.web.base_url}/planner/suppliers"))
    return Answer("\n\n".join(told))


def _told(turn: Turn, card: Scorecard) -> str:
    lines = [turn.say("head", name=card.supplier_name, orders=card.orders, under_way=card.under_way, late=card.late)]
    if card.lead_days is None:
        lines.append(turn.say("no_lead", stated=f"{card.stated_lead_days:g}"))
    else:
        lines.append(
            turn.say("lead", days=f"{card.lead_days:g}", sd=f"{card.lead_sd_days or 0:g}",
                     p90=f"{card.lead_p90_days or 0:g}", stated=f"{card.stated_lead_days:g}")
        )  # fmt: skip
    if card.fill is not None:
        lines.append(turn.say("fill", share=round(100 * card.fill, 1)))
    if card.on_time is not None:
        lines.append(turn.say("on_time", share=round(100 * card.on_time)))
    if card.mean_slip_days is not None:
        lines.append(turn.say("slips", slips=card.slips, days=f"{card.mean_slip_days:g}"))
    if card.defects is not None:
        lines.append(turn.say("defects", share=round(100 * card.defects, 2)))
    return "\n".join(lines)
