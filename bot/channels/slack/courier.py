"""Carries post to Slack: a chat or a thread of it gets text beside blocks, or a file; trouble is Later or Never."""

import http.client
import socket
from collections.abc import Callable
from typing import Any, Protocol

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.channels.slack import tickets
from bot.channels.slack.drawing import drawn
from core.config import Slack
from core.mailroom.ports import Gone, Later, Never, Post, Unclear

TIMEOUT_S = 10
_PASSES = frozenset({"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable",
                     "request_timeout", "team_added_to_org", "message_limit_exceeded"})  # fmt: skip
_OURS = frozenset({"invalid_auth", "not_authed", "token_expired", "token_revoked", "account_inactive"})
_NOBODY_THERE = frozenset({"channel_not_found", "user_not_found", "is_archived", "user_disabled", "not_in_channel",
                           "cannot_dm_bot", "user_not_visible"})  # fmt: skip


_OF_ONE_PERSON = frozenset({"D", "U", "W"})


class Document(Protocol):
    """A document to be sent."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def content(self) -> bytes:
        """What is in it."""


class SlackCourier:
    """Sends over the Web API with the bot's token; it never tries again by itself, because that could post twice.

    `document` gets what a link of ours stands for. Post with an attachment is that file and nothing else.
    """

    def __init__(self, settings: Slack, document: Callable[[str], Document], timeout_s: int = TIMEOUT_S) -> None:
        token = settings.token.get_secret_value()
        self._client = WebClient(token, base_url=settings.api_url, timeout=timeout_s, retry_handlers=[])
        self._document = document

    def send(self, post: Post) -> str:
        """Send, and give the place of the message, `C123/1699.0001`; of a file, the id Slack knows it by.

        Raises:
            Later: Slack is not there, is busy, asks us to slow down, or no longer knows the token.
            Unclear: the connection broke over it.
            Gone: there is no such chat any more, or the app is not in it.
            Never: Slack refuses the message.
        """
        try:
            return self._sent(post)
        except SlackApiError as refusal:
            raise _trouble(refusal, str(post.content["to"])) from refusal
        except (SlackClientError, OSError, http.client.HTTPException) as error:
            told = f"Slack does not answer ({type(error).__name__})."
            raise (Later(told) if _never_arrived(error) else Unclear(told)) from error

    def _sent(self, post: Post) -> str:
        content = post.content
        channel, _, thread = str(content["to"]).partition("/")
        if content.get("attachments"):
            return self._upload(self._chat(channel), thread, content["attachments"][0])
        if content.get("ticket"):
            content = {**content, "blocks": tickets.card(content["ticket"])}
        told = drawn(content, may_be_repeat=post.may_be_repeat)
        if content.get("place"):
            where, _, shown_at = str(content["place"]).partition("/")
            said = self._client.chat_update(channel=where, ts=shown_at, text=told["text"], blocks=told["blocks"])
        else:
            said = self._client.chat_postMessage(channel=channel, thread_ts=thread or None, **told)
        return f"{said['channel']}/{said['ts']}"

    def _upload(self, channel: str, thread: str, attached: dict[str, str]) -> str:
        document = self._document(attached["url"])
        done = self._client.files_upload_v2(
            channel=channel, thread_ts=thread or None, filename=document.name, title=document.name,
            content=document.content,
        )  # fmt: skip
        return str(done["file"]["id"])

    def _chat(self, channel: str) -> str:
        """The chat itself, where only its user is known: files go nowhere else."""
        if channel[:1] not in {"U", "W"}:
            return channel
        opened: Any = self._client.conversations_open(users=channel)
        return str(opened["channel"]["id"])


def _never_arrived(error: Exception) -> bool:
    """Whether nobody was there to take it, so that another try is no repeat."""
    return isinstance(getattr(error, "reason", error), ConnectionRefusedError | socket.gaierror)


def _trouble(refusal: SlackApiError, to: str) -> Later | Never:
    response: Any = refusal.response
    error = str(response.get("error") or response.status_code)
    if response.status_code == 429:
        asked = str(response.headers.get("Retry-After") or response.headers.get("retry-after") or "")
        return Later("Slack asks us to slow down.", float(asked) if asked.isdigit() else None)
    if response.status_code >= 500 or error in _PASSES:
        return Later(f"Slack has trouble of its own ({error}).")
    if error in _OURS:
        return Later(f"Slack does not let us in ({error}); check slack.token.")
    if error in _NOBODY_THERE and to[:1] in _OF_ONE_PERSON:  # the shop may yet invite the app into a channel of its own
        return Gone(f"Nothing can be said there any more: {error}.")
    return Never(f"Slack refuses it: {error}.")
