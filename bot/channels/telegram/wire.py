"""The Bot API over HTTP: one call, its result, and what is wrong where there is none."""

import json
import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from core.errors import PortalError

logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells every address it calls, and ours hold the token
_TIMEOUT_S, _UPLOAD_S = 10.0, 60.0
_MOST_CONNECTIONS = 32
_LARGEST_FILE = 20 * 1024 * 1024  # more is not given to bots


@dataclass(frozen=True)
class Upload:
    """A file that goes along with a call, under the name of the parameter it is."""

    field: str
    name: str
    media_type: str
    content: bytes


class Silence(PortalError):
    """Telegram does not answer, or not in its own words: whether it did what was asked is not known."""


class Unreached(Silence):
    """Telegram was not even reached: it cannot have done what was asked."""


class Refusal(PortalError):
    """Telegram answered no: `code` as in HTTP, and what it said about when or where to try again."""

    def __init__(self, code: int, description: str, retry_after: float | None = None, moved_to: str = "") -> None:
        super().__init__(f"Telegram refuses it ({code}): {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.moved_to = moved_to


class Wire:
    """A bot's line to the Bot API; may be used by several threads, and never tries again by itself."""

    def __init__(self, api_url: str, token: str, timeout_s: float = _TIMEOUT_S) -> None:
        self._address = f"{api_url.rstrip('/')}/bot{token}"
        self._files = f"{api_url.rstrip('/')}/file/bot{token}"
        self._timeout_s = timeout_s
        limits = httpx.Limits(max_connections=_MOST_CONNECTIONS)
        self._client = httpx.Client(limits=limits, timeout=timeout_s, follow_redirects=False)

    def call(self, method: str, upload: Upload | None = None, *, waits_s: float = 0, **parameters: Any) -> Any:
        """The result of a method; `waits_s` is how long Telegram was asked to wait before it answers.

        Raises:
            Refusal: Telegram says no.
            Silence: no answer, or none that can be read.
        """
        given = {name: value for name, value in parameters.items() if value is not None}
        timeout = httpx.Timeout(self._timeout_s, read=self._timeout_s + waits_s, write=_UPLOAD_S)
        try:
            if upload is None:
                response = self._client.post(f"{self._address}/{method}", json=given, timeout=timeout)
            else:
                fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
                files = {upload.field: (upload.name, upload.content, upload.media_type)}
                response = self._client.post(f"{self._address}/{method}", data=fields, files=files, timeout=timeout)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.InvalidURL) as error:
            raise Unreached(
                f"Telegram cannot be reached ({type(error).__name__})."
            ) from None  # the cause has the token
        except (httpx.HTTPError, RuntimeError) as error:  # RuntimeError: the line was closed
            raise Silence(f"Telegram does not answer ({type(error).__name__}).") from None
        return _result(response)

    def download(self, file_id: str) -> bytes:
        """What is in a file that somebody sent.

        Raises:
            Refusal: there is none, or it is larger than bots may fetch.
            Silence: no answer, or more than was announced.
        """
        path = str(self.call("getFile", file_id=file_id).get("file_path", ""))
        content = bytearray()
        try:
            with self._client.stream("GET", f"{self._files}/{quote(path)}") as response:
                if response.status_code != 200:
                    raise Refusal(response.status_code, response.reason_phrase)
                for part in response.iter_bytes():
                    content += part
                    if len(content) > _LARGEST_FILE:
                        raise Silence("Telegram sends more than a file may have.")
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:
            raise Silence(f"Telegram does not answer ({type(error).__name__}).") from None  # the cause has the token
        return bytes(content)

    def close(self) -> None:
        """Hang up."""
        self._client.close()


def _result(response: httpx.Response) -> Any:
    try:
        said = response.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        if response.status_code < 400:
            raise Silence("Telegram answers with something that is not its own.")
        raise Refusal(response.status_code, response.reason_phrase)
    if said.get("ok") is True:
        return said.get("result")
    told, code = said.get("parameters"), said.get("error_code")
    more: dict[str, Any] = told if isinstance(told, dict) else {}
    raise Refusal(
        code if isinstance(code, int) else response.status_code,
        str(said.get("description", ""))[:200],
        _seconds(more.get("retry_after")),
        str(more.get("migrate_to_chat_id") or ""),
    )


def _seconds(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and value >= 0 else None
