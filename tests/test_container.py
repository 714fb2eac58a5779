"""The container files say what the program understands; no container engine is needed to know that."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from core.config import PREFIX, load
from tests.bot.command_line import run

ROOT = Path(__file__).parents[1]
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = YAML(typ="safe").load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "storekeeper"}


def settings_of(service: dict[str, Any]) -> dict[str, str]:
    baked = dict(pair.split("=", 1) for pair in re.findall(rf"{PREFIX}\S+=\S+", CONTAINERFILE))
    return {**baked, **service["environment"]}


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_and_every_secret_is_brought(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = OURS[name]
    for key, value in settings_of(service).items():
        if key.endswith("_FILE"):
            secret = value.removeprefix("/run/secrets/")
            assert secret in service["secrets"]
            assert secret in COMPOSE["secrets"]
            (tmp_path / secret).write_text("postgresql://storekeeper@database/storekeeper", encoding="utf-8")
        monkeypatch.setenv(key, value.replace("/run/secrets", str(tmp_path)))
    config = load(ROOT / "config.toml")
    assert config.web.host == "0.0.0.0"  # noqa: S104 inside the container
    assert config.web.secret.get_secret_value()
    assert config.database.url.startswith("postgresql://")


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one(name: str) -> None:
    assert run(*OURS[name]["command"], "--help").code == 0


def test_the_image_runs_the_program_as_nobody_special() -> None:
    last = {line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in CONTAINERFILE.splitlines() if " " in line}
    assert json.loads(last["ENTRYPOINT"]) == ["storekeeper"]
    assert run(*json.loads(last["CMD"]), "--help").code == 0
    assert last["USER"] == "storekeeper"
    for folder in shlex.split(" ".join(re.findall(r"^COPY (\w+) \w+$", CONTAINERFILE, re.MULTILINE))):
        assert (ROOT / folder / "__init__.py").exists()


def test_what_the_image_is_built_from_is_sent_to_the_builder() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"}
    taken = {
        name for line in re.findall(r"^COPY (?!--)(.+) \S+$", CONTAINERFILE, re.MULTILINE) for name in line.split()
    }
    assert taken | {"constraints.txt"} == sent
