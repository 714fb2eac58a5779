"""Asks a language model behind a chat-completions interface what a message means, and does not wait long for it."""

import json
import logging
import threading
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.conversation.ports import Advice
from core.exchange.ports import Trouble
from integrations.http import Call, Http, Patience

log = logging.getLogger(__name__)

_INSTRUCTION: str = tomllib.loads(Path(__file__).with_name("request.toml").read_text(encoding="utf-8"))["instruction"]
_LONGEST_ANSWER = 65536
_MOST_TOKENS = 300
_REST_S = 30.0  # after a failure nobody waits for the next one


@dataclass
class LanguageModel:
    """An adviser at `url`, the part before `/chat/completions`; a whole answer has `timeout_s`."""

    url: str
    model: str
    key: str = field(repr=False)
    timeout_s: float = 2.0
    _rests_until: float = field(default=0.0, init=False, repr=False)
    _asking: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(4), init=False, repr=False)

    def __post_init__(self) -> None:
        """Ask once, and wait no longer than for the whole answer."""
        self._http = Http("the language model", Patience(self.timeout_s, self.timeout_s, 1, _LONGEST_ANSWER))

    def advise(self, text: str, intents: Sequence[str], slots: Sequence[str]) -> Advice | None:
        """What the model makes of a message; None where it is slow, busy, broken or says nothing that can be read."""
        if time.monotonic() < self._rests_until or not self._asking.acquire(blocking=False):
            return None
        try:
            return read(self._answer(request(self.model, text, intents, slots)))
        except (Trouble, ValueError) as error:
            self._rests_until = time.monotonic() + _REST_S
            told = error.outcome.value if isinstance(error, Trouble) else "not in the form that was asked for"
            log.warning("the language model gave no advice: %s", told)
            return None
        finally:
            self._asking.release()

    def _answer(self, body: bytes) -> bytes:
        address = f"{self.url.rstrip('/')}/chat/completions"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        return self._http.send(Call("chat/completions", "POST", address, headers, content=body)).content


def request(model: str, text: str, intents: Sequence[str], slots: Sequence[str]) -> bytes:
    """The body of the question about a message."""
    told = _INSTRUCTION.replace("{intents}", ", ".join(intents)).replace("{slots}", ", ".join(slots)).strip()
    messages = [{"role": "system", "content": told}, {"role": "user", "content": text}]
    asked = {"model": model, "messages": messages, "temperature": 0, "max_tokens": _MOST_TOKENS}
    return json.dumps({**asked, "response_format": {"type": "json_object"}}).encode()


def read(answer: bytes) -> Advice:
    """The advice in an answer.

    Raises:
        ValueError: it is not in the form that was asked for.
    """
    try:
        said: Any = json.loads(json.loads(answer)["choices"][0]["message"]["content"])
        intents = tuple(str(name) for name in said.get("intents", []))
        slots = tuple((str(name), str(value)) for name, value in said.get("slots", {}).items() if value is not None)
    except (KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("The answer is not in the form that was asked for.") from error
    return Advice(intents, slots)
