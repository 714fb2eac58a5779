"""Which notices somebody wants: shown, and switched off or on by kind and channel, or all at once by STOP and START."""

from core.chat import Action
from core.conversation.turn import Answer, Choice, Step, Turn
from core.notifications.model import CHANNELS, KINDS
from core.notifications.service import choices, choose, wishes

PROOF = 2
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Switch what was named; without a name show how things stand, with a button for each kind."""
    wanted = _wanted(turn)
    if wanted is not None:
        kinds, channel = _kinds(turn) or _all(wanted=wanted), _channel(turn)
        before = wishes(turn.session, turn.customer_id)
        choose(turn.session, turn.customer_id, dict.fromkeys(kinds, wanted), turn.now, channel=channel)
        told = ", ".join(turn.say(f"kind_{kind}") for kind in kinds)
        arguments = {"kinds": dict.fromkeys(kinds, wanted), **({"channel": channel} if channel else {})}
        said = f"{'on' if wanted else 'off'}{'_channel' if channel else ''}"
        where = {"channel": turn.say(f"channel_{channel}")} if channel else {}
        return Answer(turn.say(said, kinds=told, **where),
                      actions=(Action("notification_settings", arguments, {}),),
                      undo={"kind": "notices", "before": {kind: before[kind] for kind in kinds}})  # fmt: skip
    standing = choices(turn.session, turn.customer_id)
    lines = [turn.say("heading")]
    lines += [turn.say("line_on" if standing[kind] else "line_off", kind=turn.say(f"kind_{kind}")) for kind in KINDS]
    offered = tuple(
        Choice(turn.say("label_off" if standing[kind] else "label_on", kind=turn.say(f"kind_{kind}")),
               {"kind": kind, "wanted": not standing[kind]}, "notification_settings")
        for kind in KINDS
    )  # fmt: skip
    return Answer("\n".join(lines), offered)


def _wanted(turn: Turn) -> bool | None:
    """Whether notices should go off (False) or on (True); None where nothing like it was said."""
    if isinstance(turn.slots.get("wanted"), bool):
        return bool(turn.slots["wanted"])
    if turn.says("off_words", turn.text):
        return False
    return True if turn.says("on_words", turn.text) else None


def _kinds(turn: Turn) -> list[str]:
    if turn.slots.get("kind") in KINDS:
        return [str(turn.slots["kind"])]
    return [kind for kind in KINDS if turn.says(f"words_{kind}", turn.text)]


def _all(*, wanted: bool) -> list[str]:
    """Every kind to be switched off; on again goes what is on by default: advertising wants to be asked for by name."""
    return [kind for kind, by_default in KINDS.items() if by_default or not wanted]


def _channel(turn: Turn) -> str:
    """The one channel that was named; empty where it is about all of them."""
    named = [channel for channel in CHANNELS if turn.says(f"words_{channel}", turn.text)]
    return named[0] if len(named) == 1 else ""
