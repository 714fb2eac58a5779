"""Files that people send in Slack: fetched with the bot's token while Slack waits for its acknowledgement."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.channels.slack.door import SlackDoor
from core.chat import Upload

log = logging.getLogger(__name__)
_PATIENCE_S = 2.0
_FILES_OF_SLACK = "files.slack.com"
_TOO_LARGE, _TOO_MANY = "size", "many"


async def fetched(door: SlackDoor, event: Mapping[str, Any]) -> tuple[tuple[Upload, ...], str]:
    """The files of a message, and “file” where one could not be fetched in time: then none is handed on."""
    named = [one for one in event.get("files") or () if isinstance(one, dict)]
    if not named:
        return (), ""
    try:
        async with asyncio.timeout(_PATIENCE_S), aiohttp.ClientSession() as session:
            most = door.config.uploads.per_message
            kept = [await _one(door, session, one) for one in named[:most]]
            return (*kept, *(Upload(_name(one), fault=_TOO_MANY) for one in named[most:])), ""
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        log.info("a file in Slack could not be fetched: %s", type(error).__name__)
        return (), "file"


async def _one(door: SlackDoor, session: aiohttp.ClientSession, file: Mapping[str, Any]) -> Upload:
    name, largest = _name(file), door.config.uploads.largest_mb * 1_000_000
    if int(file.get("size") or 0) > largest:
        return Upload(name, fault=_TOO_LARGE)
    address = str(file.get("url_private_download") or file.get("url_private") or "")
    if not _is_slacks(door, address):
        raise ValueError("no address of Slack's")  # the token goes nowhere else
    token = {"Authorization": f"Bearer {door.settings.token.get_secret_value()}"}
    async with session.get(address, headers=token, allow_redirects=False) as answer:
        answer.raise_for_status()
        if answer.status != 200 or answer.content_type == "text/html":
            raise ValueError("a page to sign in at, because the app may not read files")
        content = await answer.content.read(largest + 1)
        while len(content) <= largest and (more := await answer.content.read(largest + 1 - len(content))):
            content += more
    return Upload(name, content) if len(content) <= largest else Upload(name, fault=_TOO_LARGE)


def _name(file: Mapping[str, Any]) -> str:
    return str(file.get("name") or "file")


def _is_slacks(door: SlackDoor, address: str) -> bool:
    asked, api = urlsplit(address), urlsplit(door.settings.api_url)
    is_public = asked.scheme == "https" and asked.hostname == _FILES_OF_SLACK
    return is_public or (asked.scheme, asked.netloc) == (api.scheme, api.netloc)
