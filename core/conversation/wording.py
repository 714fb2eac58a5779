"""Every sentence the shop says, by language, from the intents' own files and `sentences.toml`."""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_datetime, format_skeleton
from babel.numbers import format_decimal

from core.errors import PortalError
from core.money import Money

FOLDER = Path(__file__).parent / "intents"
SHARED = Path(__file__).parent / "sentences.toml"
LANGUAGES = Path(__file__).parent / "languages"
DEFAULT = "en"


class Filling(string.Formatter):
    """Fills blanks; `{count:order|orders}` says the number, as the locale writes it, with the word that fits it.

    >>> Filling().format("{count:order|orders}, {count:order|orders}", count=1)
    '1 order, 1 order'
    """

    def __init__(self, locale: str = "en_GB") -> None:
        self._locale = locale

    def format_field(self, value: Any, format_spec: str) -> str:
        """A number with its word, anything else as it is."""
        one, parted, many = format_spec.partition("|")
        if parted:
            return f"{format_decimal(value, locale=self._locale)} {one if value == 1 else many}"
        return str(format(value, format_spec))


@dataclass(frozen=True)
class Wording:
    """Sentences by (language, intent, key); `""` is the intent of the sentences that all share."""

    sentences: dict[tuple[str, str, str], str]
    locales: dict[str, str]

    def say(self, language: str, intent: str, key: str, **values: Any) -> str:
        """The sentence with its blanks filled; an intent's own goes before the shared one.

        Raises:
            KeyError: nobody wrote the sentence.
        """
        for spoken, where in ((language, intent), (language, ""), (DEFAULT, intent), (DEFAULT, "")):
            sentence = self.sentences.get((spoken, where, key))
            if sentence is not None:
                return self._filled(sentence, values, language)
        raise KeyError(f"no sentence “{key}” for {intent or 'all'}")

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are sentences in."""
        return tuple(self.locales)

    def locale_of(self, language: str) -> str:
        """The locale of a language."""
        return self.locales.get(language, "en_GB")

    def has(self, language: str, key: str) -> bool:
        """Whether a shared sentence is written in that very language."""
        return (language, "", key) in self.sentences

    def knows(self, intent: str, key: str) -> bool:
        """Whether there is such a sentence, of the intent or shared."""
        return any((DEFAULT, where, key) in self.sentences for where in (intent, ""))

    def refusal(self, language: str, refusal: PortalError) -> str:
        """Why something cannot be done: in the language where somebody wrote it down, else as it was raised."""
        sentence = self.sentences.get((language, "", f"refusal_{refusal.key.replace('-', '_')}"))
        if sentence is None:
            return str(refusal)
        return self._filled(sentence, refusal.values, language)

    def _filled(self, sentence: str, values: Mapping[str, Any], language: str) -> str:
        shown = {name: self.show(value, language) for name, value in values.items()}
        return Filling(self.locale_of(language)).vformat(sentence, (), shown)

    def show(self, value: Any, language: str) -> Any:
        """Money, days and moments as people of the language write them; anything else as it is."""
        locale = self.locale_of(language)
        if isinstance(value, Money):
            return value.text(locale)
        if isinstance(value, datetime):
            return f"{format_skeleton('MMMd', value, locale=locale)}, {format_datetime(value, 'HH:mm', locale=locale)}"
        if isinstance(value, date):
            return format_skeleton("MMMMd", value, locale=locale)
        return value


@cache
def load(locale: str) -> Wording:
    """All sentences there are; the shop's own language is shown by the shop's own locale."""
    sentences = dict(_sentences("", tomllib.loads(SHARED.read_text(encoding="utf-8"))))
    for path in sorted(FOLDER.glob("*.toml")):
        sentences.update(_sentences(path.stem, tomllib.loads(path.read_text(encoding="utf-8"))))
    locales = {DEFAULT: locale if locale.startswith(DEFAULT) else "en_GB"}
    for path in sorted(LANGUAGES.glob("*.toml")):
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        locales[path.stem] = locale if locale.startswith(path.stem) else written["locale"]
        for intent, those in written["sentences"].items():
            where = "" if intent == "shared" else intent
            sentences.update({(path.stem, where, key): sentence for key, sentence in those.items()})
    return Wording(sentences, locales)


@cache
def page_words() -> dict[str, dict[str, str]]:
    """By language what pages say for their English words."""
    return {
        path.stem: dict(tomllib.loads(path.read_text(encoding="utf-8")).get("pages", {}))
        for path in sorted(LANGUAGES.glob("*.toml"))
    }


def blanks(sentence: str) -> set[str]:
    """The names of a sentence's blanks."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def day_words(day: date, today: date, wording: Wording, language: str) -> str:
    """A day as people say it within a sentence: today, tomorrow, yesterday, or on its date."""
    near = {today: "today", today + timedelta(days=1): "tomorrow", today - timedelta(days=1): "yesterday"}
    return wording.say(language, "", near.get(day, "on_day"), day=day)


def _sentences(intent: str, written: dict[str, Any]) -> dict[tuple[str, str, str], str]:
    return {
        (language, intent, key): sentence
        for language, those in written.get("sentences", {}).items()
        for key, sentence in those.items()
    }
