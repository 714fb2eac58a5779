"""Rules of the house that no linter knows."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from core.conversation import wording
from core.conversation.intents import INTENTS

ROOT = Path(__file__).parents[1]
SOURCES = [
    path for room in ("bot", "core", "integrations", "scheduler") for path in sorted((ROOT / room).rglob("*.py"))
]


def calls(path: Path) -> list[tuple[str, int]]:
    """Every dotted call of a file, as text, with its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [(ast.unparse(node.func), node.lineno) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_one_place_commits() -> None:
    committing = {
        path.relative_to(ROOT).as_posix() for path in SOURCES for call, _ in calls(path) if call.endswith(".commit")
    }
    assert committing == {"core/database/engine.py"}


def test_one_place_reads_the_clock() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        for call, _ in calls(path)
        if call in {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time"}
    }
    assert readers <= {"core/clock.py"}


def test_no_test_patches_our_own_functions() -> None:
    patched = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for call, line in calls(path)
        if call.endswith(("monkeypatch.setattr", "mock.patch", ".patch.object"))
    ]
    assert patched == []


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize("name", sorted(INTENTS))
def test_an_intent_declares_who_it_is_for_and_what_proof_it_needs(name: str) -> None:
    module = INTENTS[name]
    assert module.PROOF in {0, 1, 2, 3}
    assert module.AUDIENCE
    assert module.AUDIENCE.issubset({"customer", "staff"})
    assert callable(module.answer)


@pytest.mark.parametrize("name", sorted(INTENTS))
def test_an_intent_has_examples_and_every_sentence_it_says(name: str) -> None:
    written = tomllib.loads((wording.FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    assert len(written["examples"]["en"]) >= 20
    words = wording.load("en_GB")
    said = {
        node.args[0].value
        for node in ast.walk(ast.parse((wording.FOLDER / f"{name}.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "turn.say"
        and isinstance(node.args[0], ast.Constant)
    }
    known = {key for _, intent, key in words.sentences if intent in {name, ""}}
    assert {key for key in said if isinstance(key, str)} <= known
    assert "label" in known


def test_a_write_that_asks_for_a_yes_can_act_on_it() -> None:
    confirming = {name for name in INTENTS if "Confirm(" in (wording.FOLDER / f"{name}.py").read_text(encoding="utf-8")}
    assert {name for name in INTENTS if hasattr(INTENTS[name], "act")} == confirming


def test_capabilities_name_tests_that_exist() -> None:
    said = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", said))
    assert len(named) > 30
    assert not sorted(name for name in named if not (ROOT / "tests" / name).exists())


def test_versions_of_the_tables_follow_one_another_in_a_line() -> None:
    """Two that follow the same one would leave a database that is opened with nowhere to go."""
    files = sorted((ROOT / "core/database/migrations/versions").glob("[0-9]*.py"))
    named = [
        re.findall(r'^(?:down_)?revision = "?(\w+)', file.read_text(encoding="utf-8"), re.MULTILINE) for file in files
    ]
    assert [own for own, _before in named] == [file.name[:4] for file in files]
    assert [before for _own, before in named] == ["None", *(own for own, _before in named[:-1])]
