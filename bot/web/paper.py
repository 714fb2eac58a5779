"""Pages: templates, and how amounts, days and figures are written on them."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.config import Config
from core.conversation.wording import DEFAULT, Wording, load, page_words
from core.money import Money

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_CODE = re.compile(r"(?<!\d)\d{8}(?!\d)")


@dataclass(frozen=True)
class Paper:
    """Templates by language; each knows how its people write, and the shop's zone."""

    environments: Mapping[str, Environment]
    writings: Mapping[str, "Writing"]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages pages are in."""
        return tuple(self.environments)

    @property
    def writing(self) -> "Writing":
        """How the shop itself writes."""
        return self.writings[DEFAULT]

    def writing_in(self, language: str) -> "Writing":
        """How the people of a language write."""
        return self.writings.get(language, self.writing)

    def write(self, template: str, language: str = DEFAULT, **values: Any) -> str:
        """The page of a template, everything in it escaped."""
        environment = self.environments.get(language) or self.environments[DEFAULT]
        return environment.get_template(template).render(**values)


def lay_out(config: Config, *, demo: bool) -> Paper:
    """The templates, once for each language there is a file of."""
    words = {DEFAULT: {}, **page_words()}
    wording = load(config.shop.locale)
    own_names = {language: wording.say(language, "change_language", "own_name") for language in words}
    writings = {language: Writing(config, _locale(config, wording, language)) for language in words}
    environments = {language: _environment(writings[language], words[language]) for language in words}
    for language, environment in environments.items():
        environment.globals.update(
            shop=config.shop,
            has_xml=config.billing.e_invoice != "off",
            demo=demo,
            static=_static_paths(),
            language=language,
            languages=own_names,
        )
    return Paper(environments, writings)


def _locale(config: Config, wording: Wording, language: str) -> str:
    return config.shop.locale if language == DEFAULT else wording.locale_of(language)


def _environment(writing: "Writing", words: Mapping[str, str]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def translated(text: str, **values: Any) -> str:
        return words.get(text, text).format(**values) if values else words.get(text, text)

    def in_words(name: str) -> str:
        return translated(_words(name))

    environment.filters.update(
        money=writing.money, day=writing.day, moment=writing.moment, minute=writing.minute, percent=writing.percent,
        units=writing.units, pieces=writing.pieces, iso=_iso, words=in_words, code=_code,
    )  # fmt: skip
    environment.globals["t"] = translated
    return environment


@dataclass(frozen=True)
class Writing:
    """How the shop writes amounts, days and figures."""

    config: Config
    locale: str

    def money(self, amount: Money) -> str:
        """An amount."""
        return amount.text(self.locale)

    def day(self, on: date | datetime) -> str:
        """A day, in the shop's zone."""
        local = on.astimezone(self.config.shop.zone) if isinstance(on, datetime) else on
        return format_date(local, "d MMM y", locale=self.locale)

    def moment(self, at: datetime) -> str:
        """A moment, in the shop's zone."""
        return format_datetime(at.astimezone(self.config.shop.zone), "d MMM y, HH:mm", locale=self.locale)

    def minute(self, at: datetime) -> str:
        """A moment of these days, in the shop's zone."""
        return format_datetime(at.astimezone(self.config.shop.zone), "d MMM, HH:mm", locale=self.locale)

    def percent(self, share: float) -> str:
        """A share; what is not nothing is never shown as nothing."""
        if 0 < share < 0.005:
            return "under 1 %"
        return format_percent(share, "#,##0 %", locale=self.locale)

    def units(self, count: float) -> str:
        """A count."""
        return format_decimal(count, "#,##0.#", locale=self.locale)

    def pieces(self, text: str) -> list[tuple[str, str]]:
        """A text cut where it holds addresses of this shop: (text, path to link or nothing)."""
        base = re.escape(self.config.web.base_url)
        cut = re.split(rf"({base}(?:/[\w./-]*\w|/)?)(?![\w])", text)
        return [(part, _path(part, self.config.web.base_url) if at % 2 else "") for at, part in enumerate(cut) if part]


def _path(address: str, base: str) -> str:
    return address.removeprefix(base) or "/"


def _iso(value: date | datetime) -> str:
    return value.isoformat()


def _words(name: str) -> str:
    """A state's name as words: out_for_delivery is “Out for delivery”."""
    return name.replace("_", " ").capitalize()


def _code(text: str) -> str:
    """The sign-in code a letter holds, if it does."""
    found = _CODE.search(text)
    return found.group() if found else ""


def _static_paths() -> dict[str, str]:
    """Each static file's path with a digest of its content, so that browsers may keep it for good."""
    return {path.name: f"/static/{path.name}?v={_digest(path)}" for path in _files(STATIC)}


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
