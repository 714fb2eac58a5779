"""One turn of a conversation: what was said -> flows on a stack -> what is answered."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.accounts import links, staff_links
from core.accounts import service as accounts
from core.chat import Incoming, Reply
from core.conversation import files, flows, listening, offers, standing, transcript
from core.conversation.hearing import Heard
from core.conversation.intents import INTENTS
from core.conversation.offers import Holder, Offer
from core.conversation.scene import Scene, person_of, speak, turn_of
from core.conversation.standing import Frame
from core.conversation.turn import House
from core.conversation.understanding import clean
from core.errors import PortalError
from core.mailroom import inbox
from core.support import service as support
from core.support import thread
from core.support.model import CUSTOMER, Ticket

_FILES = "attach_file"
_BY_CHANNEL = 2  # the proof of somebody of the shop whom their channel signed in


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
    where.thread = incoming.thread
    scene = Scene(session, house, incoming, where, now)
    speak(scene, where.language)
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
            most = {
                "size": limits.largest_mb,
                "pixels": limits.most_megapixels,
                "day": limits.per_day,
                "many": limits.per_message,
            }.get(one.fault, 0)
            scene.texts.append(scene.say(f"file_{one.fault}", name=one.name[:60], most=most))
    fresh = files.put_at_hand(scene.standing.focus, scene.incoming)
    top = scene.standing.top
    if fresh and top is not None and top.asks == flows.PHOTO and not scene.standing.handed_off:
        flows.fill(scene, top, {"photos": list(files.at_hand(turn_of(scene, top, "")))}, "")
    elif text.strip() or (fresh and scene.standing.handed_off):
        _respond(scene, text)
    elif fresh:
        _ask_what_for(scene)


def _ask_what_for(scene: Scene) -> None:
    scene.intents = [_FILES]
    scene.standing.push(Frame(_FILES))
    flows.run(scene, "")


def _respond(scene: Scene, text: str) -> None:
    said_before = len(scene.texts)
    ticket = _with_a_person(scene)
    try:
        heard = listening.said_in(scene, text)
    except PortalError as refusal:
        if ticket is None or not ticket.claimed_by:
            scene.texts.append(scene.house.wording.refusal(scene.incoming.speaker.language, refusal))
        return
    if ticket is not None and not any(frame.slots.get("by_word") for frame in heard.begin):
        _keep_quiet(scene, heard, ticket, text)
        return
    scene.intents = [frame.intent for frame in heard.begin] or ([heard.control] if heard.control else [])
    scene.slots = dict(heard.slots)
    flows.route(scene, heard)
    if len(scene.texts) == said_before and any(one.upload_id for one in scene.incoming.files):
        _ask_what_for(scene)
    elif len(scene.texts) == said_before:
        flows.missed(scene, heard)
    elif scene.asks is None or heard.begin:
        scene.standing.misses = 0


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
        INTENTS["talk_to_human"].end(turn_of(scene, Frame("talk_to_human"), ""))
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
