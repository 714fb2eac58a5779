"""Configuration: all faults at once, the environment before the file, secrets from files."""

from pathlib import Path

import pytest

from core.config import load
from core.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_that_ships_is_valid() -> None:
    assert load(Path(__file__).parents[2] / "config.toml").shop.currency == "GBP"


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, '[web]\nport = 99999\ncolour = "red"\n[shop]\ncurrency = "XXZ"\ntime_zone = "Mars/Base"\n')
    with pytest.raises(ConfigError) as caught:
        load(path)
    for name in ("web.port", "web.colour", "shop.currency", "shop.time_zone"):
        assert name in str(caught.value)


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not valid TOML"):
        load(written(tmp_path, "[web\n"))


def test_a_missing_file_that_was_named_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOREKEEPER__WEB__PORT", "9000")
    assert load(written(tmp_path, "[web]\nport = 8000\n")).web.port == 9000


def test_a_secret_is_read_from_the_file_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("from-a-file-not-seen\n", encoding="utf-8")
    monkeypatch.setenv("STOREKEEPER__WEB__SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.delenv("STOREKEEPER__WEB__SECRET", raising=False)
    loaded = load(written(tmp_path, ""))
    assert loaded.web.secret.get_secret_value() == "from-a-file-not-seen"
    assert "from-a-file" not in repr(loaded)
