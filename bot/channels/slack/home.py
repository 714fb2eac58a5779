"""The App Home: what waits for whoever opens it."""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.door import SlackDoor


async def opened(door: SlackDoor, client: AsyncWebClient, event: dict[str, Any]) -> None:
    """Draw the home tab of whoever opened it."""
    if event.get("tab") != "home":
        return
    text = {"type": "plain_text", "text": door.config.shop.name, "emoji": False}
    view = {"type": "home", "blocks": [{"type": "section", "text": text}]}
    await client.views_publish(user_id=event["user"], view=view)
