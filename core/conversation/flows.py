"""The stack of flows: one is begun by an intent, may ask, may show a plan and wait for a yes, and ends with an answer.

Another request in between goes on top; when it is done the flow below takes up its question again.
"""

import zlib
from dataclasses import replace
from functools import partial
from typing import Any

from core.conversation import acts, hearing
from core.conversation.acts import Doer
from core.conversation.funnel import safely
from core.conversation.hearing import Heard
from core.conversation.intents import INTENTS
from core.conversation.listening import LONG
from core.conversation.offers import Offer
from core.conversation.planner import manner
from core.conversation.scene import Scene, as_offer, person_of, speak, turn_of
from core.conversation.sending_back import OUR_FAULT, is_about_these
from core.conversation.standing import Frame
from core.conversation.turn import Answer, Ask, Choice, Confirm, Instead, Step
from core.conversation.understanding.settling import corrects

PHOTO = "photo"
_TOO_MANY_MISSES = 2
_MOST_CLARIFIED = 2  # times that a question is put again
_MOST_WAYS_ON = 4
_LIKE = 0.5
_MOST_RESUMED = 1
_PROVES = "link_account"
_TAKES_BACK = "undo"
_GOES_BACK, _IS_FAULTY = "return_item", "claim_item"
_ONE_OF = frozenset({"return_item", "exchange_item", "claim_item", "withdraw", "change_order"})


def route(scene: Scene, heard: Heard) -> None:
    """Take what was said to the flow that waits for it, or begin others."""
    top = scene.standing.top
    if top is not None and top.is_waiting and _goes_on(scene, top, heard):
        return
    if _turns_page(scene, heard):
        return
    if heard.control == "repeat":
        _repeat(scene)
    elif heard.control is not None:
        scene.texts.extend(_without_flow(scene, heard.control))
    elif heard.begin:
        if top is not None and top.is_waiting and not hasattr(INTENTS[top.intent], "act"):
            scene.standing.drop(top)  # a question about a question is not worth asking again
        scene.begun = list(heard.begin)
        for frame in reversed(heard.begin):
            scene.standing.push(frame)
        run(scene, heard.text)
    else:
        _follow_up(scene, heard)


def _turns_page(scene: Scene, heard: Heard) -> bool:
    """“More” and “back”, of what was only listed in part: the page behind or before it, or that there is none."""
    pages, said = scene.standing.focus.get("pages"), heard.text.strip(" .!?").casefold()
    way = next((one for one in ("more", "back") if said in scene.say(f"{one}_words").casefold().split(", ")), None)
    if not pages or way is None:
        return False
    scene.intents = [pages["intent"]]
    if pages[way] is None:
        scene.texts.append(scene.say(f"no_{way}"))
    else:
        scene.standing.push(Frame(pages["intent"], dict(pages[way])))
        run(scene, "")
    return True


def _goes_on(scene: Scene, top: Frame, heard: Heard) -> bool:
    """Take what was said as the answer to what the top flow waits for; False where it is something else."""
    if heard.control == "deny" and (without := _going_without(top)):
        fill(scene, top, without, "")
        return True
    if (swapped := hearing.swapped(top, heard)) is not None:
        fill(scene, top, swapped, str(swapped.get("text", "")))
        top.slots.pop("instead_of", None)
        return True
    if (is_taken := _of_faulty_goods(scene, top, heard)) is not None:
        return is_taken
    takes_back = [frame.intent for frame in heard.begin] == [_TAKES_BACK] and top.intent != _TAKES_BACK
    if heard.control in {"cancel_flow", "deny"} or takes_back:
        scene.standing.drop(top)  # nothing was done yet that could be taken back
        scene.texts.append(scene.say("dropped"))
    elif top.plan is not None and heard.control == "confirm":
        _act(scene, top)
    else:
        filling = hearing.filling(top, heard)
        if not filling and heard.control == "confirm":
            _ask_again(scene, top)  # a yes is no answer to a question
            return True
        if not filling:
            return False
        anew = next((frame for frame in heard.begin if frame.intent == top.intent), None)
        if anew is not None and not corrects(heard.text):
            is_whole = "heard" in anew.slots and len(heard.text.split()) >= LONG
            if is_whole or "product" in filling:
                stays = ("order_number",) if not is_whole else ()
                top.slots = {name: top.slots[name] for name in stays if name in top.slots}
                filling = {**anew.slots, **{name: value for name, value in filling.items() if name != "text"}}
        fill(scene, top, filling, heard.text)
        return True
    run(scene, heard.text)
    return True


def _of_faulty_goods(scene: Scene, top: Frame, heard: Heard) -> bool | None:
    """What “it arrived broken” means while goods go back: why they do (True), or a claim beside (False).

    None where it is said of nothing that goes back, or something else is said.
    """
    reason = heard.slots.get("reason", "")
    kinds = [frame.intent for frame in heard.begin]
    if top.intent != _GOES_BACK or not (kinds == [_IS_FAULTY] or (kinds == [_GOES_BACK] and reason in OUR_FAULT)):
        return None
    if is_about_these(turn_of(scene, top, heard.text), heard.begin[0].slots, heard.text):
        fill(scene, top, {"is_faulty": True, "text": heard.text, "reason": reason}, heard.text)  # not the one before
        return True
    return False if top.slots.get("goods") and not corrects(heard.text) else None


def _going_without(top: Frame) -> dict[str, Any]:
    """What a no means where a photo is asked for and need not be given."""
    return next((dict(choice["slots"]) for choice in top.choices), {}) if top.asks == PHOTO else {}


def fill(scene: Scene, top: Frame, filling: dict[str, Any], text: str) -> None:
    """Tell a flow what it waited for, and let it go on."""
    waited_for = (scene.standing.top is top, top.question)
    top.slots.update(filling)
    top.plan, top.asks, top.resumed = None, None, 0
    scene.intents = [top.intent]
    run(scene, text)
    if "text" in filling and waited_for == (scene.standing.top is top, top.question) and top.is_waiting:
        scene.standing.misses += 1
        _offer_person(scene)


def _follow_up(scene: Scene, heard: Heard) -> None:
    """“And the second one?”: the last request again, about something else."""
    if heard.is_for_others:
        return
    told = scene.standing.focus.get("intent")
    last = getattr(INTENTS[told], "FOLLOWED_BY", told) if told in INTENTS else None
    if (
        last in INTENTS
        and not hasattr(INTENTS[last], "act")
        and hearing.is_only_a_reference(heard, scene.say("small_words").split())
    ):
        scene.intents = [last]
        scene.standing.push(Frame(last, dict(heard.slots)))
        run(scene, heard.text)


def _without_flow(scene: Scene, control: str) -> list[str]:
    if control in {"confirm", "deny"} and scene.standing.focus.get("intent"):
        return [scene.say("nothing_waits")]  # “ok” behind an answer takes note of it
    return [scene.say("nothing_open")] if control in {"confirm", "deny", "cancel_flow", "correct", "fill"} else []


def _repeat(scene: Scene) -> None:
    last = scene.standing.last
    scene.texts.append(str(last["text"]) if last else scene.say("nothing_said"))


def run(scene: Scene, text: str) -> None:
    """Run flows from the top until one has to wait for an answer.

    Who could not be asked to show who they are, because too many codes were asked for, is not asked again in the turn.
    """
    was_asked_to_prove = False
    while (top := scene.standing.top) is not None:
        if _is_done(scene, top):
            scene.standing.drop(top)
            continue
        if top.is_waiting and scene.texts:
            if top.resumed >= _MOST_RESUMED:
                scene.standing.drop(top)
                continue
            top.resumed += 1
            scene.texts.append(scene.say("resumes", flow=scene.say("label", top.intent)))
        step = safely(scene, top, partial(_answer, scene, top, text))
        top.slots.pop("text", None)
        if isinstance(step, Answer):
            _finish(scene, top, step)
        elif isinstance(step, Instead) and step.intent == _PROVES and was_asked_to_prove:
            scene.standing.drop(top)
        elif isinstance(step, Instead):
            was_asked_to_prove |= step.intent == _PROVES
            _hand_over(scene, top, step)
        else:
            _wait(scene, top, step)
            return


def _is_done(scene: Scene, frame: Frame) -> bool:
    """Whether the very same words were acted on already: they sounded like two requests and were one."""
    words = frame.slots.get("heard")
    is_the_same = words is not None and words == scene.standing.focus.get("acted_on")
    return is_the_same and not frame.is_waiting and frame.intent in _ONE_OF and frame not in scene.begun


def _hand_over(scene: Scene, frame: Frame, instead: Instead) -> None:
    """Let another flow go on with what this one knows; it may not hand back what it was handed."""
    if instead.intent == _PROVES:
        scene.standing.push(Frame(_PROVES))  # what was begun waits below, and goes on once it is known who speaks
        return
    come_from = frame.slots.setdefault("come_from", [])
    if instead.intent in come_from:
        raise AssertionError(f"{frame.intent} and {instead.intent} send each other the same words")
    come_from.append(frame.intent)
    scene.intents = [instead.intent if name == frame.intent else name for name in scene.intents]
    frame.intent = instead.intent


def _answer(scene: Scene, frame: Frame, text: str) -> Step:
    step: Step = INTENTS[frame.intent].answer(turn_of(scene, frame, text))
    return step


def _act(scene: Scene, top: Frame) -> None:
    plan = top.plan or {}

    def acting() -> Step:
        with scene.session.begin_nested():  # a refusal half way must leave nothing behind
            done: Answer = INTENTS[top.intent].act(turn_of(scene, top, ""), plan)
            return done

    top.plan = None
    scene.intents = [top.intent]
    step = safely(scene, top, acting)
    if isinstance(step, Answer):
        _finish(scene, top, step)
        if step.actions and top.intent in _ONE_OF:
            scene.standing.focus["acted_on"] = top.slots.get("heard")


def _finish(scene: Scene, frame: Frame, answer: Answer) -> None:
    scene.standing.drop(frame)
    scene.texts.append(answer.text)
    scene.choices.extend(as_offer(choice, frame.intent) for choice in answer.choices)
    scene.attachments.extend(answer.attachments)
    scene.actions.extend(answer.actions)
    scene.standing.focus.update(answer.focus)
    scene.standing.focus["intent"] = frame.intent
    if answer.speaks_for is not None:
        _speak_for(scene, answer.speaks_for, answer.member)
    if answer.language:
        scene.standing.language, scene.standing.chose_language = answer.language, True
        speak(scene, answer.language)
    if answer.hands_off:
        scene.standing.handed_off = True
        scene.standing.forget_flows()
    _keep_in_mind(scene, frame, answer)


def _keep_in_mind(scene: Scene, frame: Frame, answer: Answer) -> None:
    """Note what was done, so that it can be taken back; taking back is not noted itself."""
    person, speaker = person_of(scene.incoming), scene.incoming.speaker
    is_act = answer.undo is not None or hasattr(INTENTS[frame.intent], "act")
    if person is not None and answer.actions and is_act and frame.intent != _TAKES_BACK:
        acts.note(scene.session, Doer(person, speaker.member), frame.intent, answer.undo, scene.now)


def _speak_for(scene: Scene, customer_id: str, member: str) -> None:
    """From here on the chat is this customer's; what was begun before goes on."""
    speaker = scene.incoming.speaker
    known = replace(speaker, customer_id=customer_id or None, proof=3 if customer_id else 0, member=member)
    scene.incoming = replace(scene.incoming, speaker=known)
    if not customer_id:
        scene.standing.forget_flows()
        scene.standing.focus = {}


def _wait(scene: Scene, frame: Frame, step: Ask | Confirm, *, again: bool = False) -> None:
    """Ask, unless it was clarified often enough; `again` where what was said did not get so far as the flow."""
    asked = step.slot if isinstance(step, Ask) else "confirm"
    choices = (
        [{"label": choice.label, "slots": choice.slots} for choice in step.choices] if isinstance(step, Ask) else []
    )
    known = _known(frame, step)
    is_same = again or (frame.question == step.text and not frame.resumed)
    is_like = (frame.asked, frame.choices, frame.known) == (asked, choices, known)
    frame.clarified = frame.clarified + 1 if is_same or (is_like and not frame.resumed) else 0
    if frame.clarified > _MOST_CLARIFIED:
        _give_up(scene, frame)
        return
    if is_same:
        scene.texts.append(scene.say("not_understood_here"))
    scene.texts.append(step.text)
    frame.question, frame.asked, frame.known, frame.choices = step.text, asked, known, choices
    scene.asks = asked
    about = frame.slots.get("of_order") if isinstance(step, Ask) else step.plan.get("order_number")
    if about:
        scene.standing.focus["order_number"] = about  # what is said next without a number is about this one
    if isinstance(step, Ask):
        frame.asks, frame.plan = step.slot, None
        scene.choices = [as_offer(choice, frame.intent) for choice in step.choices]
        return
    frame.asks, frame.plan = None, step.plan
    scene.choices = [
        Offer(scene.say("label_yes"), {"control": "confirm", "plan": step.plan}),
        Offer(scene.say("label_no"), {"control": "deny", "plan": step.plan}),
    ]


def _known(frame: Frame, step: Ask | Confirm) -> int:
    """A number that stays as long as the flow learns nothing but words for what it asks."""
    if isinstance(step, Confirm):
        return zlib.crc32(repr(sorted(step.plan.items())).encode())
    told = {name: value for name, value in frame.slots.items() if name not in {"text", "heard", step.slot}}
    return zlib.crc32(repr(sorted(told.items())).encode())


def missed(scene: Scene, heard: Heard) -> None:
    """Say so when nothing fits; after the second time offer a person."""
    scene.standing.misses += 1
    top = scene.standing.top
    if top is not None and top.is_waiting:
        _ask_again(scene, top)
    else:
        turn = turn_of(scene, Frame("help"), "")
        scene.texts.append(scene.say(f"out_of_scope_{manner(turn)}"))
        scene.choices = [
            as_offer(choice, "help") for choice in (*_nearest(scene, heard), *INTENTS["help"].starts(turn))
        ]
    _offer_person(scene)


def _nearest(scene: Scene, heard: Heard) -> tuple[Choice, ...]:
    """What it sounded most like, to be begun by a button: words that leave a doubt begin nothing by themselves."""
    near = heard.understood.runner_up if heard.understood is not None else None
    if near is None or near.confidence < _LIKE or near.name not in INTENTS:
        return ()
    is_theirs = scene.audience in INTENTS[near.name].AUDIENCE
    return (Choice(scene.say("label", near.name), {}, near.name),) if is_theirs else ()


def _ask_again(scene: Scene, top: Frame) -> None:
    step = safely(scene, top, partial(_answer, scene, top, ""))
    if isinstance(step, Answer):
        scene.texts.append(scene.say("not_understood_here"))
        _finish(scene, top, step)
    elif isinstance(step, Instead):
        _hand_over(scene, top, step)
        run(scene, "")
    else:
        _wait(scene, top, step, again=True)


def _give_up(scene: Scene, top: Frame) -> None:
    """End a flow whose question was answered by nothing that fits, and say what else is possible."""
    scene.standing.drop(top)
    scene.standing.misses = 0
    turn, is_customer = turn_of(scene, Frame("help"), ""), scene.audience == "customer"
    sentence = scene.say("gave_up", flow=scene.say("label", top.intent))
    scene.texts.append(sentence if not is_customer else f"{sentence} {scene.say('gave_up_person')}")
    person = [Choice(scene.say("label", "talk_to_human"), {}, "talk_to_human")] if is_customer else []
    others = [one for one in INTENTS["help"].starts(turn) if one.intent not in {top.intent, "talk_to_human"}]
    scene.choices = [as_offer(choice, "help") for choice in (*person, *others)][:_MOST_WAYS_ON]


def _offer_person(scene: Scene) -> None:
    if scene.standing.misses >= _TOO_MANY_MISSES and scene.audience == "customer":
        scene.texts.append(scene.say("offer_person"))
        label = scene.say("label", "talk_to_human")
        if all(offer.label != label for offer in scene.choices):
            scene.choices.append(Offer(label, {"for": "talk_to_human", "intent": "talk_to_human", "slots": {}}))
