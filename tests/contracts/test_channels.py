"""Every channel found speaks what the core speaks and knows nothing of the others."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

import bot.channels
from core.chat import Incoming, Speaker
from core.portal import Portal
from tests.shop import ADA, GRACE, open_shop

FOLDER = Path(str(bot.channels.__file__)).parent
NAMES = sorted(path.stem for path in FOLDER.iterdir() if path.stem.isidentifier() and not path.stem.startswith("_"))
OF_THE_CORE = {"core.portal", "core.chat", "core.config", "core.errors", "core.clock", "core.mailroom.ports"}


def files(name: str) -> list[Path]:
    """The files of a channel: one, or a package."""
    return [path for path in (FOLDER / f"{name}.py", *(FOLDER / name).rglob("*.py")) if path.is_file()]


def imported(path: Path) -> set[str]:
    """Every module a file imports, wherever in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return found | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def verbs_of_the_core(path: Path) -> list[str]:
    """What a file takes from the core beside the portal and the like, and beside the kinds of things handed over."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    taken = [(node.module or "", node.names) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    whole = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    of_the_core = [(module, names) for module, names in taken if f"{module}.".startswith("core.")]
    return [
        *(f"{module}.{one.name}" for module, names in of_the_core if module not in OF_THE_CORE for one in names
          if not one.name[0].isupper()),
        *(module for module in whole if f"{module}.".startswith("core.")),
    ]  # fmt: skip


def test_there_are_channels_to_look_at() -> None:
    assert "console" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_names_itself_as_its_file_is_named(name: str) -> None:
    assert name == import_module(f"bot.channels.{name}").CHANNEL


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_reaches_the_product_only_through_the_portal(name: str) -> None:
    assert {one for path in files(name) for one in verbs_of_the_core(path)} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_does_not_know_its_siblings(name: str) -> None:
    others = {f"bot.channels.{other}" for other in NAMES if other != name}
    known = {module for path in files(name) for module in imported(path)}
    assert not {module for module in known if any(f"{module}.".startswith(f"{other}.") for other in others)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_chats_whose_names_run_together_do_not_get_each_others_answers(portal: Portal) -> None:
    open_shop(portal)
    ada, grace = Speaker(customer_id=ADA, proof=3), Speaker(customer_id=GRACE, proof=3)
    hers = portal.converse(Incoming("shared", "room:1", "2", "show my orders", ada))
    his = portal.converse(Incoming("shared", "room", "1:2", "show my orders", grace))
    assert "1001" in hers.text
    assert "1001" not in his.text
