"""One turn of a conversation: what was said -> flows on a stack -> what is answered.

A flow is begun by an intent, may ask, may show a plan and wait for a yes, and ends with an answer. Another request in
between goes on top; when it is done the flow below takes up its question again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from core.accounts import links, staff_links
from core.accounts import service as accounts
from core.chat import Action, Attachment, Incoming, Reply
from core.conversation import acts, files, hearing, offers, own, standing, transcript
from core.conversation.acts import Doer
from core.conversation.advice import advised
from core.conversation.hearing import Heard
from core.conversation.intents import INTENTS
from core.conversation.offers import Holder, Offer
from core.conversation.planner import manner
from core.conversation.standing import Frame, Standing
from core.conversation.turn import HAS_SIGN_IN, Answer, Ask, Choice, Confirm, House, Instead, Step, Turn
from core.conversation.understanding import Understanding, clean
from core.conversation.understanding.asking import corrects
from core.conversation.wording import DEFAULT
from core.errors import PortalError
from core.mailroom import inbox
from core.support import service as support
from core.support import thread
from core.support.model import CUSTOMER, Ticket

_TOO_MANY_MISSES = 2
_MOST_RESUMED = 1
_PROVES = "link_account"
_NOTICES = "notification_settings"
_TAKES_BACK = "undo"
_PHOTO, _FILES = "photo", "attach_file"
_IDENTIFIED = 1
_NOT_ALOUD = frozenset({_PROVES, "talk_to_human", "open_ticket", "complaint"})  # not where others read along
_BY_CHANNEL = 2  # the proof of somebody of the shop whom their channel signed in
_ONE_OF = frozenset({"return_item", "exchange_item", "claim_item", "withdraw", "change_order"})
_LONG = 8  # words; what is shorter is read as it stands


@dataclass
class Scene:
    """One turn in the making."""

    session: Session
    house: House
    incoming: Incoming
    standing: Standing
    now: datetime
    texts: list[str] = field(default_factory=list)
    choices: list[Offer] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    intents: list[str] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    asks: str | None = None
    begun: list[Frame] = field(default_factory=list)

    def say(self, key: str, intent: str = "", **values: Any) -> str:
        """A sentence in the speaker's language."""
        return self.house.wording.say(self.incoming.speaker.language, intent, key, **values)

    @property
    def audience(self) -> str:
        """Whether a customer (or guest) or somebody of the shop is talking."""
        return "staff" if self.incoming.speaker.staff_id else "customer"


def person_of(incoming: Incoming) -> str | None:
    """The person a speaker is, as `customer:…` or `staff:…`; None for a guest."""
    speaker = incoming.speaker
    if speaker.staff_id:
        return f"staff:{speaker.staff_id}"
    return f"customer:{speaker.customer_id}" if speaker.customer_id else None


def converse(session: Session, house: House, incoming: Incoming, now: datetime) -> Reply:
    """Answer one message or button press; a delivery seen before gets the answer it got then."""
    incoming = with_link(session, incoming, house.config.staff_named(incoming.channel), now)
    cleaned = clean(incoming.text)
    source, delivery = f"chat:{incoming.channel}:{incoming.chat}", incoming.delivery_id
    content = {"text": cleaned.text, "button": incoming.button}
    accepted = inbox.accept(session, source=source, delivery_id=delivery, kind="message", content=content, now=now)
    if accepted.answer is not None:
        return Reply.from_dict(accepted.answer)
    incoming = files.kept(session, incoming, house.config.uploads, now)
    person = person_of(incoming)
    where = standing.resume(session, incoming.channel, incoming.chat, person, now)
    where.turn += 1
    scene = Scene(session, house, incoming, where, now)
    _speak(scene, where.language)
    if cleaned.was_cut:
        scene.texts.append(scene.say("cut"))
    written = Reply(_as_written(incoming, cleaned.text), attachments=files.shown(incoming))
    transcript.heard(session, incoming, person, written, now)
    if incoming.unread:
        scene.texts.append(scene.say("unread", what=scene.say(f"unread_{incoming.unread}")))
    if incoming.files:
        _take_files(scene, cleaned.text)
    elif cleaned.text.strip() or incoming.button or incoming.intent or not incoming.unread:
        _respond(scene, cleaned.text)
    person = person_of(scene.incoming)
    reply = _reply(scene, person)
    if reply.is_told:
        transcript.said(session, incoming, person, reply, now)
    standing.keep(session, incoming.channel, incoming.chat, person, where, now)
    inbox.answer(session, accepted.inbox_id, reply.as_dict())
    return reply


def _as_written(incoming: Incoming, text: str) -> str:
    """What the person did, as the transcript tells it."""
    return " ".join(filter(None, (f"/{incoming.intent}" if incoming.intent else "", text)))


def with_link(session: Session, incoming: Incoming, named: Mapping[str, str], now: datetime) -> Incoming:
    """A stranger's message, from somebody known to be of the shop, or a chat known to belong to a customer."""
    speaker = incoming.speaker
    if speaker.staff_id:
        return incoming
    if speaker.customer_id:
        return incoming if accounts.is_known(session, speaker.customer_id) else _stranger(incoming)
    staff = staff_links.staff_of(session, incoming.channel, incoming.sender, named)
    if staff is not None:
        return replace(incoming, speaker=replace(speaker, staff_id=staff.email, proof=_BY_CHANNEL))
    link = links.linked(session, incoming.channel, incoming.chat)
    if link is None:
        return incoming
    person = accounts.customer(session, link.customer_id)
    known = replace(speaker, customer_id=link.customer_id, proof=link.proof(now), member=link.member)
    return replace(incoming, speaker=replace(known, language=person.language))


def _stranger(incoming: Incoming) -> Incoming:
    """What comes from a channel that has not heard yet that the account was erased."""
    return replace(incoming, speaker=replace(incoming.speaker, customer_id=None, member="", proof=0))


def _take_files(scene: Scene, text: str) -> None:
    """Hand the files of a message to what waits for them, or let the words, or the next ones, say what they are for."""
    limits = scene.house.config.uploads
    for one in scene.incoming.files:
        if one.fault:
            most = {"size": limits.largest_mb, "day": limits.per_day, "many": limits.per_message}.get(one.fault, 0)
            scene.texts.append(scene.say(f"file_{one.fault}", name=one.name[:60], most=most))
    fresh = files.put_at_hand(scene.standing.focus, scene.incoming)
    top = scene.standing.top
    if fresh and top is not None and top.asks == _PHOTO and not scene.standing.handed_off:
        _fill(scene, top, {"photos": list(files.at_hand(_turn(scene, top, "")))}, "")
    elif text.strip() or (fresh and scene.standing.handed_off):
        _respond(scene, text)
    elif fresh:
        _ask_what_for(scene)


def _ask_what_for(scene: Scene) -> None:
    scene.intents = [_FILES]
    scene.standing.push(Frame(_FILES))
    _run_stack(scene, "")


def _respond(scene: Scene, text: str) -> None:
    said_before = len(scene.texts)
    ticket = _with_a_person(scene)
    try:
        heard = _heard(scene, text)
    except PortalError as refusal:
        if ticket is None or not ticket.claimed_by:
            scene.texts.append(scene.house.wording.refusal(scene.incoming.speaker.language, refusal))
        return
    if ticket is not None and not any(frame.slots.get("by_word") for frame in heard.begin):
        _keep_quiet(scene, heard, ticket, text)
        return
    scene.intents = [frame.intent for frame in heard.begin] or ([heard.control] if heard.control else [])
    scene.slots = dict(heard.slots)
    _route(scene, heard)
    if len(scene.texts) == said_before and any(one.upload_id for one in scene.incoming.files):
        _ask_what_for(scene)
    elif len(scene.texts) == said_before:
        _missed(scene)
    elif scene.asks is None or heard.begin:
        scene.standing.misses = 0


def _heard(scene: Scene, text: str) -> Heard:
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


def _with_a_person(scene: Scene) -> Ticket | None:
    """The ticket that what is said here belongs to while a person of the shop has the chat, or is awaited in it."""
    if not scene.standing.handed_off:
        return None
    incoming = scene.incoming
    ticket = support.ticket_of_chat(scene.session, incoming.channel, incoming.chat, incoming.speaker.customer_id)
    if ticket is None:
        scene.standing.handed_off = False  # it was closed from elsewhere, so nobody would answer
    return ticket


def _keep_quiet(scene: Scene, heard: Heard, ticket: Ticket, text: str) -> None:
    """While a person of the shop has the chat the bot says nothing at all, until it is asked back.

    Before somebody has taken it, the bot says that what was written is passed on.
    """
    if heard.control == "back_to_bot" or any(frame.intent == "close_ticket" for frame in heard.begin):
        scene.standing.handed_off = False
        scene.texts.append(scene.say("back"))
        INTENTS["talk_to_human"].end(_turn(scene, Frame("talk_to_human"), ""))
        return
    incoming = scene.incoming
    key = f"{incoming.channel}:{incoming.chat}:{incoming.delivery_id}"
    sent = tuple(one.upload_id for one in incoming.files if one.upload_id)
    scene.standing.focus.pop(files.AT_HAND, None)
    words = thread.Words(CUSTOMER, text, key, incoming.speaker.member, sent)
    thread.say(scene.session, ticket.ticket_number, words, scene.now)
    if ticket.claimed_by:
        scene.texts.clear()
        return
    scene.texts.append(scene.say("passed_on"))
    scene.choices = [Offer(scene.say("label_back"), {"control": "back_to_bot"})]


def _pressed(scene: Scene) -> Heard:
    holder = _holder(scene)
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
        _speak(scene, understood.language)
    is_long = len(text.split()) >= _LONG or not understood.intents
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
    plain = own.in_plain_words(_turn(scene, Frame("help"), text), text)
    if plain == text:
        return understood
    today = scene.now.astimezone(scene.house.zone).date()
    again = scene.house.reader.read(plain, today=today, language=scene.incoming.speaker.language)
    if not again.intents or {one.name for one in again.intents} == {one.name for one in understood.intents}:
        return understood
    return replace(understood, intents=again.intents, runner_up=again.runner_up, parts=())


def _route(scene: Scene, heard: Heard) -> None:
    top = scene.standing.top
    if top is not None and top.is_waiting and _goes_on(scene, top, heard):
        return
    if (more := _more(scene, heard)) is not None:
        scene.intents = [more.intent]
        scene.standing.push(more)
        _run_stack(scene, "")
    elif heard.control == "repeat":
        _repeat(scene)
    elif heard.control is not None:
        scene.texts.extend(_without_flow(scene, heard.control))
    elif heard.begin:
        if top is not None and top.is_waiting and not hasattr(INTENTS[top.intent], "act"):
            scene.standing.drop(top)  # a question about a question is not worth asking again
        scene.begun = list(heard.begin)
        for frame in reversed(heard.begin):
            scene.standing.push(frame)
        _run_stack(scene, heard.text)
    else:
        _follow_up(scene, heard)


def _more(scene: Scene, heard: Heard) -> Frame | None:
    """“More”, of what was only listed in part."""
    rest = scene.standing.focus.get("more")
    said = heard.text.strip(" .!").casefold()
    if not rest or said not in scene.say("more_words").casefold().split(", "):
        return None
    return Frame(rest["intent"], dict(rest["slots"]))


def _goes_on(scene: Scene, top: Frame, heard: Heard) -> bool:
    """Take what was said as the answer to what the top flow waits for; False where it is something else."""
    if heard.control == "deny" and (without := _going_without(top)):
        _fill(scene, top, without, "")
        return True
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
            is_whole = "heard" in anew.slots and len(heard.text.split()) >= _LONG
            if is_whole or "product" in filling:
                stays = ("order_number",) if not is_whole else ()
                top.slots = {name: top.slots[name] for name in stays if name in top.slots}
                filling = {**anew.slots, **{name: value for name, value in filling.items() if name != "text"}}
        _fill(scene, top, filling, heard.text)
        return True
    _run_stack(scene, heard.text)
    return True


def _going_without(top: Frame) -> dict[str, Any]:
    """What a no means where a photo is asked for and need not be given."""
    return next((dict(choice["slots"]) for choice in top.choices), {}) if top.asks == _PHOTO else {}


def _fill(scene: Scene, top: Frame, filling: dict[str, Any], text: str) -> None:
    waited_for = (scene.standing.top is top, top.question)
    top.slots.update(filling)
    top.plan, top.asks, top.resumed = None, None, 0
    scene.intents = [top.intent]
    _run_stack(scene, text)
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
        _run_stack(scene, heard.text)


def _without_flow(scene: Scene, control: str) -> list[str]:
    if control in {"confirm", "deny"} and scene.standing.focus.get("intent"):
        return [scene.say("nothing_waits")]  # “ok” behind an answer takes note of it
    return [scene.say("nothing_open")] if control in {"confirm", "deny", "cancel_flow", "correct", "fill"} else []


def _repeat(scene: Scene) -> None:
    last = scene.standing.last
    scene.texts.append(str(last["text"]) if last else scene.say("nothing_said"))


def _run_stack(scene: Scene, text: str) -> None:
    """Run flows from the top until one has to wait for an answer."""
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
        step = _safely(scene, top, partial(_answer, scene, top, text))
        top.slots.pop("text", None)
        if isinstance(step, Answer):
            _finish(scene, top, step)
        elif isinstance(step, Instead):
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
    step: Step = INTENTS[frame.intent].answer(_turn(scene, frame, text))
    return step


def _act(scene: Scene, top: Frame) -> None:
    plan = top.plan or {}

    def acting() -> Step:
        with scene.session.begin_nested():  # a refusal half way must leave nothing behind
            done: Answer = INTENTS[top.intent].act(_turn(scene, top, ""), plan)
            return done

    top.plan = None
    scene.intents = [top.intent]
    step = _safely(scene, top, acting)
    if isinstance(step, Answer):
        _finish(scene, top, step)
        if step.actions and top.intent in _ONE_OF:
            scene.standing.focus["acted_on"] = top.slots.get("heard")


def _safely(scene: Scene, frame: Frame, step: Callable[[], Step]) -> Step:
    intent = INTENTS[frame.intent]
    if scene.incoming.is_group and (intent.PROOF or frame.intent in _NOT_ALOUD):
        return Answer(scene.say("not_in_groups"))
    if scene.incoming.speaker.proof < intent.PROOF == _IDENTIFIED and scene.audience in intent.AUDIENCE:
        step = partial(intent.identify, _turn(scene, frame, ""))
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


def _finish(scene: Scene, frame: Frame, answer: Answer) -> None:
    scene.standing.drop(frame)
    scene.texts.append(answer.text)
    scene.choices.extend(_offer(choice, frame.intent) for choice in answer.choices)
    scene.attachments.extend(answer.attachments)
    scene.actions.extend(answer.actions)
    scene.standing.focus.update(answer.focus)
    scene.standing.focus["intent"] = frame.intent
    if answer.speaks_for is not None:
        _speak_for(scene, answer.speaks_for, answer.member)
    if answer.language:
        scene.standing.language, scene.standing.chose_language = answer.language, True
        _speak(scene, answer.language)
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


def _speak(scene: Scene, language: str) -> None:
    """From here on answer in this language, if it is one."""
    if language:
        scene.incoming = replace(scene.incoming, speaker=replace(scene.incoming.speaker, language=language))


def _speak_for(scene: Scene, customer_id: str, member: str) -> None:
    """From here on the chat is this customer's; what was begun before goes on."""
    speaker = scene.incoming.speaker
    known = replace(speaker, customer_id=customer_id or None, proof=3 if customer_id else 0, member=member)
    scene.incoming = replace(scene.incoming, speaker=known)
    if not customer_id:
        scene.standing.forget_flows()
        scene.standing.focus = {}


def _wait(scene: Scene, frame: Frame, step: Ask | Confirm) -> None:
    scene.texts.append(step.text)
    frame.question = step.text
    if isinstance(step, Ask):
        frame.asks, frame.plan = step.slot, None
        frame.choices = [{"label": choice.label, "slots": choice.slots} for choice in step.choices]
        scene.choices = [_offer(choice, frame.intent) for choice in step.choices]
        scene.asks = step.slot
        return
    frame.asks, frame.plan, frame.choices = None, step.plan, []
    scene.asks = "confirm"
    scene.choices = [
        Offer(scene.say("label_yes"), {"control": "confirm", "plan": step.plan}),
        Offer(scene.say("label_no"), {"control": "deny", "plan": step.plan}),
    ]


def _offer(choice: Choice, intent: str) -> Offer:
    return Offer(choice.label, {"for": intent, "intent": choice.intent, "slots": choice.slots})


def _missed(scene: Scene) -> None:
    """Say so when nothing fits; after the second time offer a person."""
    scene.standing.misses += 1
    top = scene.standing.top
    if top is not None and top.is_waiting:
        _ask_again(scene, top)
    else:
        turn = _turn(scene, Frame("help"), "")
        scene.texts.append(scene.say(f"out_of_scope_{manner(turn)}"))
        scene.choices = [_offer(choice, "help") for choice in INTENTS["help"].starts(turn)]
    _offer_person(scene)


def _ask_again(scene: Scene, top: Frame) -> None:
    scene.texts.append(scene.say("not_understood_here"))
    step = _safely(scene, top, partial(_answer, scene, top, ""))
    if isinstance(step, Answer):
        _finish(scene, top, step)
    elif isinstance(step, Instead):
        _hand_over(scene, top, step)
        _run_stack(scene, "")
    else:
        _wait(scene, top, step)


def _offer_person(scene: Scene) -> None:
    if scene.standing.misses >= _TOO_MANY_MISSES and scene.audience == "customer":
        scene.texts.append(scene.say("offer_person"))
        label = scene.say("label", "talk_to_human")
        if all(offer.label != label for offer in scene.choices):
            scene.choices.append(Offer(label, {"for": "talk_to_human", "intent": "talk_to_human", "slots": {}}))


def _turn(scene: Scene, frame: Frame, text: str) -> Turn:
    return Turn(
        scene.session,
        scene.house,
        scene.incoming.speaker,
        scene.incoming.channel,
        scene.incoming.chat,
        text,
        frame.intent,
        frame.slots,
        scene.standing.focus,
        scene.now,
        scene.incoming.sender,
        scene.incoming.is_group,
    )


def _holder(scene: Scene) -> Holder:
    return Holder(scene.incoming.channel, scene.incoming.chat, person_of(scene.incoming))


def _reply(scene: Scene, person: str | None) -> Reply:
    holder = Holder(scene.incoming.channel, scene.incoming.chat, person)
    buttons = offers.show(scene.session, holder, scene.standing.turn, scene.choices[:8], scene.now)
    reply = Reply(
        text="\n\n".join(scene.texts),
        intents=tuple(scene.intents),
        slots=scene.slots,
        confidence=round(scene.confidence, 3),
        asks=scene.asks,
        buttons=buttons,
        attachments=tuple(scene.attachments),
        actions=tuple(scene.actions),
        speaker_proof=scene.incoming.speaker.proof,
        handed_off=scene.standing.handed_off,
    )
    if reply.is_told:
        scene.standing.last = {"text": reply.text}
    return reply
