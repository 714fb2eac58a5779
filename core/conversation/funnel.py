"""The one way every step of every flow goes: proof, audience, role and group are looked at here and nowhere else."""

from collections.abc import Callable
from functools import partial
from typing import Any

from core.accounts import service as accounts
from core.conversation.intents import INTENTS
from core.conversation.scene import Scene, turn_of
from core.conversation.standing import Frame
from core.conversation.turn import HAS_SIGN_IN, Answer, Instead, Step
from core.errors import PortalError

_IDENTIFIED = 1
_NOT_ALOUD = frozenset({"link_account", "talk_to_human", "open_ticket", "complaint"})  # not where others read along


def safely(scene: Scene, frame: Frame, step: Callable[[], Step]) -> Step:
    """Take a step of a flow if the speaker may; else what is missing. A refusal on the way is an answer."""
    intent = INTENTS[frame.intent]
    if scene.incoming.is_group and (intent.PROOF or frame.intent in _NOT_ALOUD):
        return Answer(scene.say("not_in_groups"))
    if scene.incoming.speaker.proof < intent.PROOF == _IDENTIFIED and scene.audience in intent.AUDIENCE:
        step = partial(intent.identify, turn_of(scene, frame, ""))
    elif scene.incoming.speaker.proof < intent.PROOF and _may_prove_here(scene, frame):
        return Instead("link_account")
    elif (role := _may_not(scene, intent)) is not None:
        return Answer(scene.say("not_your_role", role=role))
    elif scene.incoming.speaker.proof < intent.PROOF or scene.audience not in intent.AUDIENCE:
        link = f"{scene.house.config.web.base_url}/sign-in"
        return Answer(scene.say("sign_in_again" if scene.incoming.speaker.proof else "sign_in", link=link))
    try:
        return step()
    except PortalError as refusal:
        return Answer(scene.house.wording.refusal(scene.incoming.speaker.language, refusal))


def _may_not(scene: Scene, intent: Any) -> str | None:
    """The role of somebody of a company account whose role does not go with this; None where it may be done.

    `RIGHT` says what an intent needs: an act changes orders where it says nothing.
    """
    speaker = scene.incoming.speaker
    right = getattr(intent, "RIGHT", "orders" if hasattr(intent, "act") else "")
    if not speaker.member or not speaker.customer_id or not right:
        return None
    person = accounts.member(scene.session, speaker.customer_id, speaker.member)
    role = person.role if person else scene.say("nobody")
    return None if person and right in scene.house.config.identity.roles.get(person.role, ()) else role


def _may_prove_here(scene: Scene, frame: Frame) -> bool:
    """Whether the speaker can show who they are in this chat: on the web there is a page for it."""
    is_staff = scene.incoming.speaker.staff_id is not None
    return not is_staff and scene.incoming.channel not in HAS_SIGN_IN and "customer" in INTENTS[frame.intent].AUDIENCE
