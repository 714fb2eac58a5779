"""What a message, a command or a pressed button says, before any flow takes it up."""

from dataclasses import replace

from core.accounts import links
from core.conversation import hearing, offers, own
from core.conversation.advice import advised
from core.conversation.hearing import Heard
from core.conversation.intents import INTENTS
from core.conversation.scene import Scene, holder_of, speak, turn_of
from core.conversation.standing import Frame
from core.conversation.understanding import Understanding
from core.conversation.wording import DEFAULT
from core.errors import PortalError

LONG = 8  # words; what is shorter is read as it stands
_PROVES = "link_account"
_NOTICES = "notification_settings"


def said_in(scene: Scene, text: str) -> Heard:
    """What was said or pressed.

    Raises:
        PortalError: a button that is not to be pressed any more, a yes that is somebody else's.
    """
    if scene.incoming.button:
        return _pressed(scene)
    heard = _commanded(scene, text) if scene.incoming.intent else _read(scene, text)
    if heard.control == "confirm" and scene.incoming.is_second_hand:
        raise PortalError(scene.say("second_hand"))
    return heard


def _commanded(scene: Scene, text: str) -> Heard:
    """What a command asks for by its name, with the details that were typed after it."""
    intent = scene.incoming.intent
    if not text.strip():
        return Heard(begin=[Frame(intent)]) if intent in INTENTS else Heard(control=intent)
    heard = _read(scene, text)
    is_told = any(frame.intent == _PROVES and "invitation" in frame.slots for frame in heard.begin)
    if is_told or intent not in INTENTS:
        return heard
    return replace(heard, begin=[Frame(intent, dict(heard.slots))], control=None)


def _pressed(scene: Scene) -> Heard:
    holder = holder_of(scene)
    act = offers.press(scene.session, holder, scene.incoming.button or "", scene.now)
    if "control" in act:
        top = scene.standing.top
        if act.get("plan") is not None and (top is None or top.plan != act["plan"]):
            raise PortalError(scene.say("plan_gone"))
        return Heard(control=act["control"])
    if act.get("intent"):
        return Heard(begin=[Frame(act["intent"], dict(act["slots"]))], slots=dict(act["slots"]))
    top = scene.standing.top
    if top is None or top.intent != act["for"]:
        raise PortalError(scene.say("plan_gone"))
    return Heard(control="fill", slots=dict(act["slots"]))


def _read(scene: Scene, text: str) -> Heard:
    invitation = links.invitation_in(text)
    if invitation and scene.incoming.is_group:
        links.void(scene.session, invitation)  # whoever reads along could use it
    if invitation and scene.incoming.speaker.staff_id is None:
        return Heard(begin=[Frame(_PROVES, {"invitation": invitation})])
    if (wanted := _all_notices(scene, text)) is not None:
        return Heard(begin=[Frame(_NOTICES, {"wanted": wanted, "by_word": True})])
    today = scene.now.astimezone(scene.house.zone).date()
    where, language = scene.standing, scene.incoming.speaker.language
    is_settled = bool(where.language) or language != DEFAULT
    understood = scene.house.reader.read(text, today=today, language=language, is_settled=is_settled)
    if not where.chose_language and (is_settled or understood.language != language):
        where.language = understood.language
        speak(scene, understood.language)
    is_long = len(text.split()) >= LONG or not understood.intents
    if is_long and scene.incoming.speaker.customer_id:
        understood = _in_plain_words(scene, text, understood)
    if scene.house.advice is not None and not (where.top and where.top.is_waiting):
        understood = advised(understood, scene.house.advice, scene.audience)
    heard = hearing.heard(understood, text, scene.audience)
    scene.confidence = heard.confidence
    return heard


def _all_notices(scene: Scene, text: str) -> bool | None:
    """Whether a message is the one word that switches all notices off (False) or on (True); None where it is not.

    While a question is open the word ends that, unless it is written in capitals.
    """
    said = text.strip().rstrip(".!")
    top = scene.standing.top
    is_open = (top is not None and top.is_waiting) or scene.standing.handed_off
    if not scene.incoming.speaker.customer_id or not said.isalpha() or (is_open and not said.isupper()):
        return None
    wording = scene.house.wording
    for wanted, key in ((False, "stop_all_words"), (True, "start_all_words")):
        spoken = [wording.say(language, "", key).split(", ") for language in wording.languages]
        if any(said.casefold() in words for words in spoken):
            return wanted
    return None


def _in_plain_words(scene: Scene, text: str, understood: Understanding) -> Understanding:
    """What is asked for, read again with the person's own goods called by names that examples speak of."""
    plain = own.in_plain_words(turn_of(scene, Frame("help"), text), text)
    if plain == text:
        return understood
    today = scene.now.astimezone(scene.house.zone).date()
    again = scene.house.reader.read(plain, today=today, language=scene.incoming.speaker.language)
    if not again.intents or {one.name for one in again.intents} == {one.name for one in understood.intents}:
        return understood
    return replace(understood, intents=again.intents, runner_up=again.runner_up, parts=())
