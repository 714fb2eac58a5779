"""The door under trouble: callers without the secret, updates nobody can read, Telegram or the database away."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot.channels.telegram.polling import LEASE
from bot.channels.telegram.service import TelegramDoor, faults_of
from bot.channels.telegram.webhook import PATH
from core.config import Config, Telegram, load
from core.database.engine import Database
from core.errors import ConfigError
from core.mailroom.rows import InboxRow, OutboxRow
from tests.bot.channels.telegram.bot_api import TOKEN, BotApi, Fault
from tests.bot.channels.telegram.world import OLD_SECRET, SECRET, Person, World, message, open_world, update

polling = pytest.mark.parametrize("mode", ["polling"], indirect=True)
webhook = pytest.mark.parametrize("mode", ["webhook"], indirect=True)
_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def post(world: World, body: bytes, secret: str | None = SECRET) -> int:
    assert world.client is not None
    headers = {_HEADER.encode(): secret.encode("latin-1")} if secret is not None else {}
    return world.client.post(PATH, content=body, headers=headers).status_code


@webhook
def test_nobody_without_the_secret_is_heard(world: World, database: Database) -> None:
    body = b'{"update_id": 1, "message": {}}'
    assert {post(world, body, secret) for secret in (None, "", "wrong", SECRET + "x", "\xe4")} == {401}
    with database.reading() as session:
        assert session.scalars(select(InboxRow).where(InboxRow.source.like("chat:telegram%"))).all() == []


@webhook
def test_the_secret_before_is_still_good_while_it_is_changed(world: World) -> None:
    assert post(world, b'{"update_id": 1}', OLD_SECRET) == 200


@webhook
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"\xff", 400), (b"[1]", 400), (b'{"update_id": "1"}', 400), (b"[" * 100_000, 400),
        (b'{"update_id": 1, "x": "' + b"a" * 300_000 + b'"}', 200),
        (b'{"update_id": 1, "x": "' + b"a" * 1_100_000 + b'"}', 413), (b'{"update_id": 1, "something_new": {}}', 200),
    ],
)  # fmt: skip
def test_what_is_no_update_is_refused(world: World, body: bytes, status: int) -> None:
    assert post(world, body) == status


@webhook
def test_telegram_is_told_the_address_and_the_secret(world: World) -> None:
    told = world.api.wait_for(lambda: world.api.webhook)
    assert told["url"].endswith(PATH)
    assert told["secret_token"] == SECRET
    assert "callback_query" in told["allowed_updates"]


@webhook
def test_an_update_that_cannot_be_stored_is_to_be_sent_again(world: World, database: Database) -> None:
    told = update({"message": message(101, {"text": "is the brass door bell in stock?"})})
    with database.unit_of_work() as session:
        session.execute(text("ALTER TABLE inbox RENAME TO inbox_away"))
    assert world.deliver(told) == 503
    with database.unit_of_work() as session:
        session.execute(text("ALTER TABLE inbox_away RENAME TO inbox"))
    assert world.deliver(told) == 200
    assert len(world.api.in_chat(101)) == 1


@polling
def test_an_update_nobody_can_read_keeps_none_behind_it_waiting(world: World) -> None:
    world.api.offer({"update_id": 8000, "message": {"chat": {"id": 606, "type": "private"}, "date": "yesterday"}})
    assert "500" in Person(world, 101).say("how many brass door bells do you have?")
    assert "in words" in Person(world, 606).news()


@polling
def test_what_could_not_be_stored_is_asked_for_again(world: World, database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(text("ALTER TABLE inbox RENAME TO inbox_away"))
    world.api.offer(update({"message": message(101, {"text": "hello"})}))
    before = len(world.api.given_to("getUpdates"))
    world.api.wait_for(lambda: len(world.api.given_to("getUpdates")) > before)
    with database.unit_of_work() as session:
        session.execute(text("ALTER TABLE inbox_away RENAME TO inbox"))
    world.settle()
    world.api.wait_for(lambda: world.api.in_chat(101))


@polling
def test_one_process_asks_and_another_takes_over(world: World, api: BotApi) -> None:
    assert not world.portal.take_lease(LEASE, "another", timedelta(seconds=60))
    world.telegram.stop()
    assert world.portal.take_lease(LEASE, "another", timedelta(seconds=60))
    asked = len(api.given_to("getUpdates"))
    assert len(api.given_to("getUpdates")) == asked


@webhook
def test_what_another_process_stored_and_left_is_answered(world: World) -> None:
    left = world.telegram.door.ear.hear(update({"message": message(101, {"text": "hello"})})).incoming
    assert left is not None
    world.portal.receive(left)
    world.clock.forward(timedelta(seconds=5))
    world.api.wait_for(lambda: world.api.in_chat(101))


@webhook
def test_an_answer_that_telegram_would_not_take_yet_comes_later(world: World) -> None:
    person = Person(world, 101)
    world.api.fail("sendMessage", Fault(429, "Too Many Requests", {"retry_after": 30}))
    assert person.say("how many brass door bells do you have?") == ""
    world.portal.deliver()
    assert person.news() == ""
    world.clock.forward(timedelta(seconds=31))
    world.portal.deliver()
    assert "500" in person.news()


@webhook
def test_a_person_who_blocks_the_bot_is_left_alone_until_they_write_again(world: World, database: Database) -> None:
    person = Person(world, 101)
    world.api.blocked.add(101)
    person.say("hello")
    with database.reading() as session:
        states = session.scalars(select(OutboxRow.state).where(OutboxRow.channel == "telegram")).all()
    assert states == ["dead"]
    user = {"id": 101, "is_bot": False, "first_name": "P"}
    bot = {"id": 7000001, "is_bot": True, "first_name": "Shop"}
    told = {"chat": {"id": 101, "type": "private"}, "from": user, "date": 1,
            "old_chat_member": {"status": "member", "user": bot},
            "new_chat_member": {"status": "kicked", "user": bot, "until_date": 0}}  # fmt: skip
    world.deliver(update({"my_chat_member": told}))
    world.api.blocked.clear()
    assert "500" in person.say("how many brass door bells do you have?")


@webhook
def test_a_thing_that_cannot_be_read_is_said(world: World) -> None:
    voice = {"voice": {"file_id": "a", "file_unique_id": "a", "duration": 3}}
    assert "voice message" in Person(world, 101).send(voice)


@webhook
def test_nothing_printed_names_the_token_or_a_customer(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world.api.fail("sendMessage", Fault(500))
    person = Person(world, 101)
    person.say("my mail is canary@example.org")
    assert TOKEN not in caplog.text
    assert "canary" not in caplog.text


@webhook
def test_the_check_tells_the_bots_name_and_what_telegram_complains_of(world: World) -> None:
    config = Config(telegram=Telegram.model_validate(
        {"mode": "webhook", "token": TOKEN, "webhook_secret": SECRET, "api_url": world.api.url}))  # fmt: skip
    world.api.webhook = {"url": "https://elsewhere.example.org/hook"}
    door = TelegramDoor(world.portal, config)
    name, faults = faults_of(door, config)
    door.wire.close()
    assert name == "lantern_bot"
    assert "another address" in faults[0]


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"mode": "webhook", "token": "1:a"}, "needs webhook_secret"),
        ({"mode": "polling"}, "needs token"),
        ({"webhook_secret": "short"}, "16 to 256"),
        ({"api_url": "telegram"}, "no address"),
    ],
)
def test_a_door_that_cannot_be_kept_is_not_opened(
    settings: dict[str, str], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"STOREKEEPER__TELEGRAM__{name.upper()}", value)
    with pytest.raises(ConfigError, match=fault):
        load()


def test_telegram_being_away_at_the_start_stops_nothing(database: Database, api: BotApi) -> None:
    api.fail("getMe", Fault(500))
    with open_world(database, api, "webhook") as world:
        assert "500" in Person(world, 101).say("how many brass door bells do you have?")
