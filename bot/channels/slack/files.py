"""Files that people send in Slack: stored by their address, fetched with the bot's token before they are answered."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.channels.slack.door import SlackDoor
from core.chat import Upload

log = logging.getLogger(__name__)
_PATIENCE_S = 10.0
_FILES_OF_SLACK = "files.slack.com"
_TOO_LARGE, _LOST = "size", "lost"


def named(event: Mapping[str, Any]) -> tuple[Upload, ...]:
    """The files of a message, as their messenger names them."""
    found = [one for one in event.get("files") or () if isinstance(one, dict)]
    return tuple(
        Upload(
            str(one.get("name") or "file"),
            reference=str(one.get("url_private_download") or one.get("url_private") or "none"),
            size=one["size"] if isinstance(one.get("size"), int) else 0,
        )
        for one in found
    )


def fetcher(door: SlackDoor) -> Callable[[Upload], Upload]:
    """What gets the content of a file; one that does not come is named, with what is wrong with it."""

    def fetch(file: Upload) -> Upload:
        try:
            return _fetched(door, file)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            log.warning("a file in Slack could not be fetched: %s", type(error).__name__)
            return replace(file, fault=_LOST)

    return fetch


def _fetched(door: SlackDoor, file: Upload) -> Upload:
    if not _is_slacks(door, file.reference):
        raise ValueError("no address of Slack's")  # the token goes nowhere else
    largest, content = door.config.uploads.largest_mb * 1_000_000, bytearray()
    token = {"Authorization": f"Bearer {door.settings.token.get_secret_value()}"}
    with httpx.stream("GET", file.reference, headers=token, timeout=_PATIENCE_S, follow_redirects=False) as answer:
        if answer.status_code != 200 or answer.headers.get("content-type", "").startswith("text/html"):
            raise ValueError("a page to sign in at, because the app may not read files")
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > largest:
                return replace(file, fault=_TOO_LARGE)
    return replace(file, content=bytes(content))


def _is_slacks(door: SlackDoor, address: str) -> bool:
    asked, api = urlsplit(address), urlsplit(door.settings.api_url)
    is_public = asked.scheme == "https" and asked.hostname == _FILES_OF_SLACK
    return is_public or (asked.scheme, asked.netloc) == (api.scheme, api.netloc)
