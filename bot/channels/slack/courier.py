"""Carries post to Slack: a chat, or a thread of it, gets text beside blocks; trouble becomes Later or Never."""

import logging
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.channels.slack.drawing import drawn
from core.config import Slack
from core.mailroom.ports import Later, Never, Post

log = logging.getLogger(__name__)
_TIMEOUT_S = 10
_PASSES = frozenset({"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable",
                     "request_timeout", "team_added_to_org", "message_limit_exceeded"})  # fmt: skip


class SlackCourier:
    """Sends over the Web API with the bot's token; it never tries again by itself, because that could post twice."""

    def __init__(self, settings: Slack) -> None:
        token = settings.token.get_secret_value()
        self._client = WebClient(token, base_url=settings.api_url, timeout=_TIMEOUT_S, retry_handlers=[])

    def send(self, post: Post) -> str:
        """Post a message and give its place, `C123/1699.0001`.

        Raises:
            Later: Slack is not there, is busy, or asks us to slow down.
            Never: there is no such chat, or the app may not write there.
        """
        channel, _, thread = str(post.content["to"]).partition("/")
        try:
            said = self._client.chat_postMessage(channel=channel, thread_ts=thread or None, **drawn(post.content))
        except SlackApiError as refusal:
            raise _trouble(refusal) from refusal
        except (SlackClientError, OSError) as error:
            raise Later(f"Slack does not answer ({type(error).__name__}).") from error
        return f"{said['channel']}/{said['ts']}"


def _trouble(refusal: SlackApiError) -> Later | Never:
    response: Any = refusal.response
    error = str(response.get("error") or response.status_code)
    if response.status_code == 429:
        asked = str(response.headers.get("Retry-After") or response.headers.get("retry-after") or "")
        return Later("Slack asks us to slow down.", float(asked) if asked.isdigit() else None)
    if response.status_code >= 500 or error in _PASSES:
        return Later(f"Slack has trouble of its own ({error}).")
    return Never(f"Slack refuses it: {error}.")
