"""The doors to Telegram and Slack as those platforms call them, with hostile strings wherever they hand on any."""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any, ClassVar

from sqlalchemy import update as updating
from starlette.testclient import TestClient

from bot.channels.slack.app import build
from bot.channels.slack.door import SlackDoor
from bot.channels.slack.gate import Gate
from bot.channels.slack.posting import PlannersCourier
from bot.channels.slack.values import written
from bot.channels.telegram import webhook
from bot.channels.telegram.service import TelegramDoor
from bot.web.app import create_app
from core.chat import Incoming, Speaker
from core.config import Config, Telegram
from core.database.engine import Database
from core.portal import Portal
from core.purchasing.model import Proposal, ProposalStatus
from core.purchasing.rows import ProposalRow
from core.reasons import reason_in
from tests.bot.channels.slack import web_api, workspace
from tests.bot.channels.slack.web_api import TEAM, WebApi
from tests.bot.channels.slack.workspace import PLANNER_CHANNEL, STAFF_CHANNEL, Workspace
from tests.bot.channels.telegram import bot_api
from tests.bot.channels.telegram.bot_api import ME, BotApi
from tests.bot.channels.telegram.world import SECRET, invitation, message, update
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person
from tests.flows.canaries import open_marked_shop
from tests.flows.doors import BACK, STOP
from tests.flows.trying import Door, Trying, told
from tests.pictures import picture
from tests.shop import ADA, BOSS, PLANNER, SUPPORT

USER, CHAT, PAT, SAM = "U1ADA", "D1ADA", "U1PAT", "U1SAM"
NUMBER, GROUP = 101, -500


@dataclass
class Platforms(Trying):
    """One shop at both platforms; its customer is known in a chat of each, a planner and a supporter in Slack."""

    CHANGING: ClassVar[Collection[str]] = {"slack reasons"}
    portal: Portal
    database: Database
    clock: SettableClock
    bot_api: BotApi
    slack: Workspace
    telegram: TelegramDoor
    client: TestClient
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Nothing was looked at yet."""
        self._last = {}

    def all(self) -> dict[str, Door]:
        """Every place where a platform hands on a string of somebody's."""
        return {
            "telegram text": self.telegram_text, "telegram edits": self.telegram_edits,
            "telegram captions": self.telegram_captions, "telegram names": self.telegram_names,
            "telegram buttons": self.telegram_buttons, "telegram files": self.telegram_files,
            "telegram fields": self.telegram_fields, "slack text": self.slack_text, "slack fields": self.slack_fields,
            "slack commands": self.slack_commands, "slack planners": self.slack_planners,
            "slack threads": self.slack_threads, "slack buttons": self.slack_buttons, "slack views": self.slack_views,
            "slack reasons": self.slack_reasons, "slack files": self.slack_files,
        }  # fmt: skip

    def tried(self, door: str, text: str) -> list[str]:
        """As everywhere, while a proposal waits for its planner."""
        if all(one.status is not ProposalStatus.OPEN for one in self.portal.proposals(person(BOSS))):
            self._undecide()
        return super().tried(door, text)

    def _undecide(self) -> None:
        """Have a proposal that waits: planned the first time, and then the one that a text before this one decided."""
        self.portal.plan(run="the first")
        undecided = {"status": "open", "decided_by": None, "decided_at": None, "decision_reason": ""}
        with self.database.unit_of_work() as session:
            session.execute(updating(ProposalRow).values(**undecided))
        self._last = {}

    # Telegram

    def telegram_text(self, text: str) -> list[str]:
        """Somebody writes it."""
        return self._telegram({"message": message(NUMBER, {"text": text})}, text)

    def telegram_edits(self, text: str) -> list[str]:
        """Somebody makes it of what they wrote."""
        return self._telegram({"edited_message": message(NUMBER, {"text": text})}, text)

    def telegram_captions(self, text: str) -> list[str]:
        """Somebody writes it below a picture that cannot be had any more."""
        photo = [{"file_id": "gone", "file_unique_id": "u", "width": 9, "height": 9}]
        return self._telegram({"message": message(NUMBER, {"caption": text, "photo": photo})}, text)

    def telegram_names(self, text: str) -> list[str]:
        """Somebody is called so, forwards it of somebody who is, and writes in a group that is."""
        named = {"first_name": text, "last_name": text, "username": text, "language_code": text}
        said = message(NUMBER, {"text": "when are you open?"})
        origin = {"type": "hidden_user", "sender_user_name": text, "date": 1_780_000_000}
        said = {**said, "from": {**said["from"], **named}, "forward_origin": origin}
        faults = self._telegram({"message": said}, text)
        group = {"id": GROUP, "type": "group", "title": text}
        asked = {**message(NUMBER, {"text": "/orders"}, chat=group), "author_signature": text}
        return faults + self._telegram({"message": asked}, text, GROUP)

    def telegram_buttons(self, text: str) -> list[str]:
        """Somebody presses what we never showed."""
        keyboard = {"inline_keyboard": [[{"text": text, "callback_data": text}]]}
        shown = {**message(NUMBER, {"text": "Choose.", "reply_markup": keyboard}), "from": ME}
        sender = {"id": NUMBER, "is_bot": False, "first_name": "P"}
        query = {"id": f"query-{next(self.numbers)}", "from": sender, "message": shown, "chat_instance": text}
        return self._telegram({"callback_query": {**query, "data": text}}, text)

    def telegram_files(self, text: str) -> list[str]:
        """Somebody sends a photo that is called so; what is kept of it is fetched again on the web."""
        name = f"photo-{next(self.numbers)}"
        self.bot_api.files[f"photos/{name}"] = self.bot_api.files[name] = picture()
        file = {"file_id": name, "file_unique_id": "u", "file_name": text, "mime_type": text, "file_size": 900}
        faults = self._telegram({"message": message(NUMBER, {"document": file})}, text)
        file = {**file, "file_id": text}
        faults += self._telegram({"message": message(NUMBER, {"document": file})}, text)
        return faults + self._kept("telegram", str(NUMBER))

    def telegram_fields(self, text: str) -> list[str]:
        """Every field is a string where Telegram has numbers, and every string it."""
        said = message(NUMBER, {"text": text})
        odd = {**said, "date": text, "entities": [{"type": text, "offset": text, "length": text}], "contact": text}
        faults = self._telegram({"message": odd}, text)
        for broken in ({"message": text}, {"message": {**said, "chat": text}}, {"callback_query": text}, {text: text},
                       {"message": {**said, "chat": {"id": text, "type": text}}}):  # fmt: skip
            status = self._post(update(broken))
            faults += [f"status {status}"] if status not in {200, 400} else []
        return faults

    def _telegram(self, content: dict[str, Any], text: str, chat: int = NUMBER) -> list[str]:
        before = len(self.bot_api.in_chat(chat))
        self.clock.forward(timedelta(seconds=3))
        status = self._post(update(content))
        self.bot_api.wait_for(lambda: not self.telegram.door._has_more)
        self._deliver()
        faults = [f"status {status}"] if status != 200 else []
        said = [str(one.get("text") or one.get("caption") or "") for one in self.bot_api.in_chat(chat)[before:]]
        self._calm("telegram", str(chat))
        return faults + _said(said, text)

    def _post(self, content: dict[str, Any]) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        return self.client.post(webhook.PATH, content=json.dumps(content).encode(), headers=headers).status_code

    # Slack

    def slack_text(self, text: str) -> list[str]:
        """Somebody writes it."""
        return self._slack(lambda: self.slack.write(USER, text), text)

    def slack_fields(self, text: str) -> list[str]:
        """An event has it wherever it has a string."""
        event = {"type": "message", "channel_type": "im", "channel": CHAT, "user": USER, "text": text, "ts": text,
                 "thread_ts": text, "subtype": "file_share", "client_msg_id": text, "blocks": [{"type": text}],
                 "files": [{"name": text, "size": text, "url_private": text}, text]}  # fmt: skip
        more = ({"channel": text}, {"user": text}, {"channel_type": text}, {"subtype": text}, {"type": text or "a"})
        faults = self._slack(lambda: self.slack.event(event), text)
        for one in more:
            status = self.slack.event({**event, **one}, event_id=text).status_code
            faults += [f"status {status}"] if status >= 500 else []
        return faults

    def slack_commands(self, text: str) -> list[str]:
        """Somebody types it behind `/storekeeper`."""
        return self._slack(lambda: self.slack.command(USER, _in_a_form(text)), text)

    def slack_planners(self, text: str) -> list[str]:
        """A planner, for whom a proposal waits, writes it."""
        return self._slack(lambda: self.slack.write(PAT, text), text, f"D{PAT[1:]}")

    def slack_threads(self, text: str) -> list[str]:
        """Somebody of the shop writes it in a thread and in the channel."""
        said = {"type": "message", "channel_type": "channel", "channel": STAFF_CHANNEL, "user": SAM, "text": text}
        cards = [one for one in self.slack.api.posted(STAFF_CHANNEL) if not one.get("thread_ts")]
        faults = []
        for thread in (*(one["ts"] for one in cards[:1]), text, ""):
            event = {**said, "ts": f"1690000005.{next(self.numbers):06d}", **({"thread_ts": thread} if thread else {})}
            faults += self._quiet(partial(self.slack.event, event))
        return faults

    def slack_buttons(self, text: str) -> list[str]:
        """A pressed button has it for a value, a name and a label."""
        faults = self._slack(lambda: self._press(USER, CHAT, "answer:1", text), text)
        for user, channel, action in (
            (PAT, PLANNER_CHANNEL, "proposal:approve"), (PAT, PLANNER_CHANNEL, "proposal:edit"),
            (PAT, PLANNER_CHANNEL, "proposal:wake"), (PAT, PLANNER_CHANNEL, f"proposal:{text}"),
            (SAM, STAFF_CHANNEL, "ticket:claim"), (SAM, STAFF_CHANNEL, f"ticket:{text}"), (USER, CHAT, text),
        ):  # fmt: skip
            faults += self._quiet(partial(self._press, user, channel, action, text))
        return faults

    def slack_views(self, text: str) -> list[str]:
        """A submitted modal has it in every field."""
        proposal = self._proposal()
        carried = written({"p": proposal.proposal_id, "h": proposal.content_hash})
        values = {"line:1": {"quantity": {"value": text}}, f"line:{text}": {"quantity": {"value": "1"}},
                  "until": {"until": {"selected_date": text}}, text: {text: {"value": text}},
                  "lines": {"lines": {"selected_options": [{"value": text}]}}}  # fmt: skip
        faults = []
        for verb in ("edit", "snooze", "split"):
            faults += self._submit(f"proposal:{verb}", carried, values)
        for verb in ("edit", "save", "reject", "snooze", "split", text):
            faults += self._submit(f"proposal:{verb}", text, values)
        return faults

    def slack_reasons(self, text: str) -> list[str]:
        """A planner rejects a proposal because of it, if it says anything; what is shown then is not marked up."""
        proposal = self._proposal()
        carried = written({"p": proposal.proposal_id, "h": proposal.content_hash})
        faults = self._submit("proposal:reject", carried, {"why": {"why": {"value": text}}})
        after = self.portal.proposal(person(BOSS), proposal.proposal_id)
        faults += [] if proposal.status is ProposalStatus.OPEN else ["it was decided before"]
        wanted = ProposalStatus.REJECTED if reason_in(text) else proposal.status
        faults += [] if after.status is wanted else [f"it is {after.status.value}"]
        shown = [one for one in self.slack.api.posted(PLANNER_CHANNEL) if "Rejected" in json.dumps(one)]
        return faults + [f"markup on a card: {one['text'][:80]}" for one in shown if "<" in one["text"]]

    def slack_files(self, text: str) -> list[str]:
        """Somebody sends a photo that is called so."""
        file = {**self.slack.api.file("lamp.jpg", picture()), "name": text, "title": text, "mimetype": text}
        faults = self._slack(lambda: self.slack.write(USER, "", subtype="file_share", files=[file]), text)
        return faults + self._kept("slack", CHAT)

    def _slack(self, call: Callable[[], Any], text: str, chat: str = CHAT) -> list[str]:
        before = {id(one) for one in self.slack.api.posted(chat)}
        faults = self._quiet(call)
        said = [one["text"] for one in self.slack.api.posted(chat) if id(one) not in before]
        self._calm("slack", chat)
        return faults + _said(said, text) + [f"markup: {one[:60]}" for one in said if "<" in one]

    def _quiet(self, call: Callable[[], Any]) -> list[str]:
        """Make a call; what it comes to, and whether Slack would have refused anything we drew."""
        before = len(self.slack.api.refused)
        status = call().status_code
        self._deliver()
        faults = [f"status {status}"] if status != 200 else []
        return faults + [f"Slack refuses what we drew: {one}" for one in self.slack.api.refused[before:]]

    def _press(self, user: str, channel: str, action: str, text: str) -> Any:
        shown = {"type": "message", "ts": f"1690000009.{next(self.numbers):06d}", "text": text, "blocks": []}
        pressed = {"type": "button", "action_id": action or "a", "block_id": text, "value": text,
                   "text": {"type": "plain_text", "text": text}, "action_ts": shown["ts"]}  # fmt: skip
        return self.slack.interact({
            "type": "block_actions", "user": {"id": user, "team_id": TEAM, "name": text}, "channel": {"id": channel},
            "container": {"type": "message", "message_ts": shown["ts"], "channel_id": channel}, "message": shown,
            "actions": [pressed], "trigger_id": self.slack.api.trigger(),
        })  # fmt: skip

    def _submit(self, callback: str, carried: str, values: dict[str, Any]) -> list[str]:
        self.slack.api.views = [{"id": "V1"}]
        view = {"id": "V1", "type": "modal", "callback_id": callback, "private_metadata": carried, "blocks": []}
        return self._quiet(lambda: self.slack.submit(PAT, view, values))

    def _proposal(self) -> Proposal:
        """One that waits for a decision."""
        return self.portal.proposals(person(BOSS))[0]

    # both

    def _deliver(self) -> None:
        while self.portal.deliver(50):
            self.clock.forward(timedelta(seconds=2))

    def _calm(self, channel: str, chat: str) -> None:
        """Let nothing that was begun be open, and the bot have the chat."""
        for typed in (STOP, BACK):
            said = Incoming(channel, chat, f"calm-{next(self.numbers)}", typed, Speaker(), sender=USER)
            if not self.portal.converse(said).handed_off and typed == STOP:
                return

    def _kept(self, channel: str, chat: str) -> list[str]:
        """What is wrong with the file that was kept last, as it is handed out again."""
        said = self.portal.transcript(channel, chat, f"customer:{ADA}")
        kept = [one for turn in said for one in turn.reply.attachments]
        return [] if not kept or kept[-1].name.isprintable() else [f"a file is called {kept[-1].name!r}"]


def _in_a_form(text: str) -> str:
    """As a form can hold it: no half of a character is sent in UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _said(said: list[str], text: str) -> list[str]:
    """What is wrong with what came back in a chat."""
    if not any(one.strip() for one in said):
        return ["no answer"]
    return [fault for one in said for fault in told(one, one, text)]


@contextmanager
def opened(database: Database, config: Config, clock: SettableClock) -> Iterator[Platforms]:
    """The doors of a marked shop, over stand-ins of both platforms."""
    with bot_api.served() as telegrams, web_api.serving() as slacks:
        telegram = Telegram.model_validate(
            {"mode": "webhook", "token": bot_api.TOKEN, "webhook_secret": SECRET, "api_url": telegrams.url}
        )
        slack = workspace.settings(slacks, staff={PAT: PLANNER, SAM: SUPPORT})
        planning = config.planning.model_copy(update={"rest_days": 0})
        config = config.model_copy(update={"telegram": telegram, "slack": slack, "planning": planning})
        portal = Portal(database, config, clock)
        open_marked_shop(portal)
        made = _doors(portal, database, config, clock, telegrams, slacks)
        try:
            made._telegram({"message": message(NUMBER, {"text": f"/start {invitation(portal, ADA)}"})}, "")
            made.slack.write(USER, invitation(portal, ADA))
            yield made
        finally:
            made.telegram.door.close()
            made.telegram.wire.close()
            made.slack.door.close()


def _doors(
    portal: Portal, database: Database, config: Config, clock: SettableClock, telegrams: BotApi, slacks: WebApi
) -> Platforms:
    telegram = TelegramDoor(portal, config)
    portal.engage("telegram", telegram.courier)
    app = create_app(portal, config, demo=False)
    assert telegram.routes is not None
    app.include_router(telegram.routes)
    portal.engage("slack", PlannersCourier(config, portal, clock))
    door = SlackDoor(portal, config, clock)
    bolt = build(door)
    desk = Workspace(portal, door, bolt, Gate(door, bolt), clock, slacks)
    client = TestClient(app, base_url="http://127.0.0.1:8000")
    return Platforms(portal, database, clock, telegrams, desk, telegram, client)
