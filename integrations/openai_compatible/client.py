"""Asks a language model behind a chat-completions interface what a message means, and does not wait long for it."""

import http.client
import json
import logging
import threading
import time
import tomllib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from core.conversation.ports import Advice

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

    def advise(self, text: str, intents: Sequence[str], slots: Sequence[str]) -> Advice | None:
        """What the model makes of a message; None where it is slow, busy, broken or says nothing that can be read."""
        if time.monotonic() < self._rests_until or not self._asking.acquire(blocking=False):
            return None
        try:
            return read(self._answer(request(self.model, text, intents, slots)))
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._rests_until = time.monotonic() + _REST_S
            log.warning("the language model gave no advice: %s", type(error).__name__)
            return None
        finally:
            self._asking.release()

    def _answer(self, body: bytes) -> bytes:
        until = time.monotonic() + self.timeout_s
        address = urlsplit(self.url)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        with closing(self._connection(address)) as connection:
            connection.request("POST", f"{address.path.rstrip('/')}/chat/completions", body, headers)
            response = connection.getresponse()
            if response.status != http.client.OK:
                raise http.client.HTTPException(f"status {response.status}")
            return _whole(response, until)

    def _connection(self, address: SplitResult) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        return kind(address.hostname or "", address.port, timeout=self.timeout_s)


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


def _whole(response: http.client.HTTPResponse, until: float) -> bytes:
    """The whole answer, unless it is long or comes in drops."""
    read_so_far = b""
    while piece := response.read1(_LONGEST_ANSWER):
        read_so_far += piece
        if len(read_so_far) > _LONGEST_ANSWER or time.monotonic() > until:
            raise TimeoutError
    return read_so_far
