"""The command line: what it prints for people and programs, and how it ends."""

import csv
import json
from pathlib import Path

import pytest

from core.clock import utc_now
from core.config import Config
from core.database.engine import Database
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.mailroom.rows import InboxRow
from core.portal import Portal
from tests.bot.command_line import Ended, run, start
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.shop import ADA, BOSS, open_shop

REPLY_KEYS = ["text", "intents", "slots", "confidence", "asks", "buttons", "attachments", "actions", "speaker_proof",
              "handed_off"]  # fmt: skip
COMMANDS = [("demo",), ("serve",), ("chat",), ("understand",), ("import",), ("export",), ("templates",), ("plan",),
            ("check",), ("backtest",), ("export-customer",), ("erase-customer",), ("notifications",), ("db",),
            ("db", "upgrade"), ("deliveries",)]  # fmt: skip


@pytest.fixture
def shop(database_url: str, config: Config, clock: SettableClock, tmp_path: Path) -> str:
    """The configuration of a shop with records."""
    database = Database(database_url)
    open_shop(Portal(database, config, clock))
    database.close()
    return configured(tmp_path, database_url)


def configured(folder: Path, url: str, more: str = "") -> str:
    path = folder / "config.toml"
    secret = 'secret = "a-secret-that-only-tests-know"'
    path.write_text(f'[database]\nurl = "{url}"\n[web]\n{secret}\n[mail]\ntransport = "smtp"\n{more}', encoding="utf-8")
    return str(path)


def records(folder: Path, **files: str) -> str:
    """A folder of CSV files to import."""
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return str(folder)


def is_one_sentence(ended: Ended) -> bool:
    """Whether a refusal is a line that a person can read."""
    return ended.err.startswith("storekeeper: ") and "Traceback" not in ended.err


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    ended = run(*command, "--help")
    assert ended.code == 0
    assert "Usage: " in ended.out
    assert " ".join(command) in ended.out


def test_all_commands_are_listed() -> None:
    listed = run("--help").out
    assert all(command[0] in listed for command in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [["dance"], ["chat"], ["plan", "--as-of", "yesterday"], ["plan", "--colour"], ["serve", "--port", "0"], ["import"]],
)
def test_a_faulty_call_ends_with_two(arguments: list[str]) -> None:
    ended = run(*arguments)
    assert ended.code == 2
    assert ended.out == ""


@pytest.mark.parametrize(
    "written", ["[web\n", "[shop]\ncolour = 1\n", '[shop]\ncurrency = "XXZ"\n[scheduler]\nplan_at = "25:00"\n']
)
@pytest.mark.parametrize("command", [["check"], ["plan"], ["db", "upgrade"], ["chat", "--as", BOSS], ["serve"]])
def test_a_faulty_configuration_ends_with_two(tmp_path: Path, command: list[str], written: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(written, encoding="utf-8")
    ended = run(*command, "--config", str(path))
    assert ended.code == 2
    assert is_one_sentence(ended)


def test_a_configuration_that_is_not_there_ends_with_two(tmp_path: Path) -> None:
    ended = run("check", "--config", str(tmp_path / "none.toml"))
    assert (ended.code, is_one_sentence(ended)) == (2, True)


def test_a_conversation_is_one_reply_a_line(shop: str) -> None:
    said = "where is my order 1002?\n\nand the invoice of 1001\ntalk to a person\n"
    ended = run("chat", "--as", "ADA@example.org", "--json", "--config", shop, typed=said)
    replies = [json.loads(line) for line in ended.out.splitlines()]
    assert (ended.code, len(replies)) == (0, 3)
    assert all(list(reply) == REPLY_KEYS for reply in replies)
    assert replies[0]["intents"] == ["track_order"]
    assert replies[1]["attachments"][0]["url"].startswith("http://127.0.0.1:8000/files/")
    assert set(replies[1]["attachments"][0]) == {"name", "media_type", "url"}
    assert set(replies[2]["actions"][0]) == {"name", "arguments", "result"}
    assert replies[2]["actions"][0]["result"] == {"ticket_number": "T-000001"}
    assert [reply["handed_off"] for reply in replies] == [False, False, True]


@ON_SQLITE
def test_a_button_is_pressed_by_its_place(shop: str) -> None:
    ended = run("chat", "--as", "ada@example.org", "--json", "--config", shop, typed="show my orders\n/1\n/99\n")
    listed, pressed, typed = (json.loads(line) for line in ended.out.splitlines())
    assert set(listed["buttons"][0]) == {"label", "value"}
    assert (pressed["intents"], pressed["slots"]) == (["track_order"], {"order_number": "1002"})
    assert typed["actions"] == []


@ON_SQLITE
def test_a_conversation_for_people_shows_buttons_to_press(shop: str) -> None:
    ended = run("chat", "--as", "ada@example.org", "--config", shop, typed="show my orders\n")
    assert ended.code == 0
    assert "  /1 1002" in ended.out


@ON_SQLITE
def test_somebody_nobody_knows_has_no_conversation(shop: str) -> None:
    ended = run("chat", "--as", "eve@example.org", "--config", shop, typed="hello\n")
    assert (ended.code, ended.out) == (2, "")
    assert "Nobody has the address eve@example.org" in ended.err


def test_what_is_understood_is_one_json_a_line() -> None:
    ended = run("understand", typed="where is order 1002?\npurple monkey dishwasher\n")
    first, second = (json.loads(line) for line in ended.out.splitlines())
    assert ended.code == 0
    assert list(first) == ["text", "language", "intents", "slots", "runner_up"]
    assert [set(intent) for intent in first["intents"]] == [{"name", "confidence"}]
    assert [list(slot) for slot in first["slots"]] == [["name", "value", "text", "start", "end"]]
    assert first["text"][first["slots"][0]["start"] : first["slots"][0]["end"]] == "1002"
    assert second["intents"] == []


def test_bytes_that_are_no_text_do_not_end_a_conversation_with_a_traceback() -> None:
    ended = start("understand", typed=b"hello\n\xff\xfe\nthanks\n", environment={"PYTHONIOENCODING": "utf-8:strict"})
    assert "Traceback" not in ended.err
    assert len(ended.out.splitlines()) == 3


def test_an_import_takes_the_good_rows_names_the_others_and_ends_with_one(shop: str, tmp_path: Path) -> None:
    folder = records(
        tmp_path / "records",
        customers="customer_id,name,email,country\nc9,Zoe,zoe@example.org,GB\nc10,Bad,no address,GB\n",
        orders="order_number,customer_id,placed_at,status\n9001,c9,2026-06-01T10:00:00Z,open\n9002,c99,2026-06-01,open\n",
    )
    faults = tmp_path / "faults.csv"
    ended = run("import", "csv", folder, "--json", "--faults", str(faults), "--config", shop)
    told = json.loads(ended.out)
    assert ended.code == 1
    assert told["taken"] == {"customers": 1, "orders": 1}
    assert sorted((fault["table"], fault["line"]) for fault in told["faults"]) == [("customers", 3), ("orders", 3)]
    with faults.open(encoding="utf-8") as file:
        assert len(list(csv.reader(file))) == 3
    assert run("chat", "--as", "zoe@example.org", "--config", shop, typed="where is 9001?\n").code == 0


@ON_SQLITE
def test_an_import_without_faults_ends_with_nothing_and_twice_takes_the_same(shop: str, tmp_path: Path) -> None:
    folder = records(tmp_path / "records", locations="location,name\nshop,Shop\n")
    for _ in range(2):
        ended = run("import", "csv", folder, "--config", shop)
        assert ended.code == 0
        assert "1 rows in" in ended.out


@ON_SQLITE
@pytest.mark.parametrize(
    ("source", "path"), [("carrier-pigeon", "."), ("csv", "nowhere"), ("../csv", "."), ("csv", "")]
)
def test_a_source_or_path_that_is_not_there_ends_with_two(shop: str, tmp_path: Path, source: str, path: str) -> None:
    (tmp_path / "empty").mkdir()
    ended = run("import", source, str(tmp_path / "empty" / path), "--config", shop)
    assert (ended.code, is_one_sentence(ended)) == (2, True)


@ON_SQLITE
@pytest.mark.parametrize("source", ["demo", "email"])
def test_a_back_end_that_imports_nothing_is_no_source(shop: str, tmp_path: Path, source: str) -> None:
    ended = run("import", source, str(tmp_path), "--config", shop)
    assert (ended.code, is_one_sentence(ended)) == (2, True)


def test_a_plan_is_told_to_people_and_to_programs_and_written_to_a_file(shop: str, tmp_path: Path) -> None:
    out = tmp_path / "lines.csv"
    first = run("plan", "--as-of", "2026-06-15", "--json", "--out", str(out), "--config", shop)
    told = json.loads(first.out)
    assert first.code == 0
    keys = {"run", "as_of", "planned", "proposals", "lines", "totals", "skipped", "seconds", "scarce", "moves"}
    assert set(told) == keys
    assert (told["as_of"], told["proposals"]) == ("2026-06-15", 1)
    with out.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == told["lines"]
    assert sum(round(float(line["line_total"]) * 100) for line in lines) == told["totals"]["GBP"]
    again = run("plan", "--as-of", "2026-06-15", "--config", shop)
    assert again.code == 0
    assert "0 new proposals" in again.out


@ON_SQLITE
def test_what_lies_too_long_is_told_to_people_and_to_programs_and_written_to_a_file(shop: str, tmp_path: Path) -> None:
    out = tmp_path / "overstock.csv"
    told = json.loads(run("overstock", "--json", "--out", str(out), "--config", shop).out)
    with out.open(encoding="utf-8", newline="") as file:
        assert [row["sku"] for row in csv.DictReader(file)] == [one["sku"] for one in told]
    said = run("overstock", "--config", shop)
    assert said.code == 0
    assert all(one["sku"] in said.out for one in told)


@ON_SQLITE
def test_a_supplier_nobody_knows_ends_with_two(shop: str) -> None:
    ended = run("plan", "--supplier", "NOBODY", "--config", shop)
    assert ended.code == 2
    assert "there are: ACME" in ended.err


@ON_SQLITE
def test_a_file_that_cannot_be_written_is_said_before_anything_is_done(shop: str, tmp_path: Path) -> None:
    ended = run("plan", "--as-of", "2026-06-15", "--out", str(tmp_path / "no" / "lines.csv"), "--config", shop)
    assert (ended.code, is_one_sentence(ended)) == (2, True)
    assert "1 new proposal" in run("plan", "--as-of", "2026-06-15", "--config", shop).out


@ON_SQLITE
def test_a_file_of_faults_that_cannot_be_written_is_said(shop: str, tmp_path: Path) -> None:
    folder = records(tmp_path / "records", locations="location,name\nshop,Shop\n")
    ended = run("import", "csv", folder, "--faults", str(tmp_path / "no" / "faults.csv"), "--config", shop)
    assert (ended.code, is_one_sentence(ended)) == (2, True)


def test_templates_can_be_imported_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    assert run("templates", str(folder)).code == 0
    config = configured(tmp_path, f"sqlite:///{tmp_path}/shop.db")
    assert run("db", "upgrade", "--config", config).code == 0
    ended = run("import", "csv", str(folder), "--config", config)
    assert (ended.code, ended.err) == (0, "")


def test_templates_that_cannot_be_written_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    ended = run("templates", str(tmp_path / "file" / "templates"))
    assert (ended.code, is_one_sentence(ended)) == (2, True)


def test_a_sound_house_is_found_sound(shop: str) -> None:
    ended = run("check", "--config", shop)
    assert ended.code == 0
    assert all(line.startswith("ok") for line in ended.out.splitlines())


def test_a_database_without_tables_is_told_to_upgrade(tmp_path: Path) -> None:
    config = configured(tmp_path, f"sqlite:///{tmp_path}/shop.db")
    checked, planned = run("check", "--config", config), run("plan", "--config", config)
    assert (checked.code, planned.code) == (1, 1)
    assert "FAIL" in checked.out
    assert "storekeeper db upgrade" in checked.out
    assert "storekeeper db upgrade" in planned.err
    assert run("db", "upgrade", "--config", config).code == 0
    assert run("db", "upgrade", "--config", config).code == 0
    assert run("check", "--config", config).code == 0


def test_a_database_that_does_not_answer_ends_with_one(tmp_path: Path) -> None:
    config = configured(tmp_path, "postgresql://nobody@127.0.0.1:1/shop")
    for command in (["plan"], ["db", "upgrade"], ["chat", "--as", BOSS]):
        ended = run(*command, "--config", config)
        assert (ended.code, is_one_sentence(ended)) == (1, True)
        assert "does not answer" in ended.err
    assert run("check", "--config", config).code == 1


@pytest.mark.parametrize("url", ["mysql://localhost/shop", "nonsense"])
def test_an_address_that_cannot_be_used_ends_with_two(tmp_path: Path, url: str) -> None:
    ended = run("check", "--config", configured(tmp_path, url))
    assert (ended.code, is_one_sentence(ended)) == (2, True)


@pytest.mark.parametrize("url", ["://", "postgresql://localhost:port/shop"])
def test_an_address_that_cannot_be_read_ends_with_two(tmp_path: Path, url: str) -> None:
    ended = run("check", "--config", configured(tmp_path, url))
    assert (ended.code, is_one_sentence(ended)) == (2, True)


def test_a_secret_that_is_too_short_ends_with_two(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[database]\nurl = "sqlite:///{tmp_path}/shop.db"\n[web]\nsecret = "short"\n', encoding="utf-8")
    ended = run("check", "--config", str(path))
    assert ended.code == 2
    assert "web.secret is too short" in ended.err


@ON_SQLITE
def test_as_a_program_of_its_own_it_talks_and_plans(shop: str) -> None:
    talked = start("chat", "--as", "ada@example.org", "--json", "--config", shop, typed="Wo ist Löwe 1002?\n".encode())
    assert (talked.code, talked.err) == (0, "")
    assert list(json.loads(talked.out)) == REPLY_KEYS
    refused = start("plan", "--supplier", "NOBODY", "--config", shop)
    assert (refused.code, is_one_sentence(refused)) == (2, True)


@ON_SQLITE
def test_why_a_letter_waits_is_told_and_what_is_dead_is_listed(shop: str, database: Database) -> None:
    with database.unit_of_work() as session:
        content = {"to": "7", "customer_id": ADA, "about": "orders", "text": "words"}
        outbox.post(session, Outgoing("order:1002:x", "telegram", "7", "notice", content), utc_now())
    for asked in (("--explain", "1"), ("--order", "1002"), ("--customer", "ada@example.org")):
        told = run("notifications", *asked, "--config", shop).out
        assert "order:1002:x" in told
        assert "nothing is sent by telegram here" in told
    assert run("notifications", "--config", shop).out == "There are no such letters.\n"
    for wrong in (("--explain", "77"), ("--customer", "nobody@example.org")):
        assert is_one_sentence(run("notifications", *wrong, "--config", shop))
    assert run("notifications", "--discard", "1", "--config", shop).code == 1


@ON_SQLITE
def test_a_delivery_that_failed_is_listed_and_settled(shop: str, database: Database) -> None:
    assert run("deliveries", "--config", shop).out == "There are no such deliveries.\n"
    with database.unit_of_work() as session:
        session.add_all(
            InboxRow(inbox_id=number, source="system:shopify", delivery_id=f"{number}", attempt=8,
                     trouble="OverflowError", received_at=utc_now(), content={}, kind="orders/\x1b[2Jpaid")
            for number in (901, 902)
        )  # fmt: skip
    listed = run("deliveries", "--config", shop).out
    assert "\x1b" not in listed
    assert listed.count("tried 8 times: OverflowError") == 2
    (latest, _) = map(json.loads, run("deliveries", "--json", "--config", shop).out.splitlines())
    assert (latest["inbox_id"], latest["attempts"]) == (902, 8)
    assert run("deliveries", "--retry", "901", "--config", shop).out == "Delivery 901 is tried again.\n"
    assert run("deliveries", "--discard", "902", "--config", shop).out == "Delivery 902 is put away.\n"
    assert run("deliveries", "--config", shop).out == "There are no such deliveries.\n"
    assert is_one_sentence(run("deliveries", "--retry", "902", "--config", shop))
