"""Post for the planners' channel: what it means is drawn when it is sent, from what the records say then."""

from dataclasses import replace
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.channels.slack import cards as drawing
from bot.channels.slack import move_cards
from bot.channels.slack.courier import TIMEOUT_S, SlackCourier
from core.clock import Clock, utc_now
from core.config import Config
from core.errors import Unavailable
from core.mailroom.ports import Later, Post
from core.portal import Portal
from core.purchasing.cards import CARD, DIGEST, MOVE, PAPER


class PlannersCourier(SlackCourier):
    """The courier of Slack, which also knows cards, digests, moves and the papers that hang below them."""

    def __init__(self, config: Config, portal: Portal, clock: Clock = utc_now, timeout_s: int = TIMEOUT_S) -> None:
        super().__init__(config.slack, portal.enclosed, timeout_s)
        self._portal, self._config, self._clock = portal, config, clock

    def _sent(self, post: Post) -> str:
        if post.kind == PAPER:
            return self._hang_up(post)
        if post.kind not in {CARD, DIGEST, MOVE}:
            return super()._sent(post)
        text, blocks = self._drawn(post.content, post.kind)
        drawn = replace(post, content={**post.content, "text": text, "blocks": blocks})
        try:
            return super()._sent(drawn)
        except SlackApiError as refusal:
            without = [block for block in blocks if block["type"] != "data_visualization"]
            if str(refusal.response.get("error")) != "invalid_blocks" or len(without) == len(blocks):
                raise
            return super()._sent(replace(drawn, content={**drawn.content, "blocks": without}))

    def _drawn(self, content: dict[str, Any], kind: str) -> drawing.Drawn:
        base_url = self._config.web.base_url
        try:
            if kind == DIGEST:
                return drawing.digest(self._portal.planner_digest(str(content["run"])), base_url)
            if kind == MOVE:
                return move_cards.card(*self._portal.move_card(int(content["move"])), base_url, self._config.shop.zone)
            shown = self._portal.planner_card(int(content["proposal"]))
        except Unavailable as outage:
            raise Later(str(outage)) from outage
        return drawing.card(shown, base_url, self._config.shop.zone, self._clock())

    def _hang_up(self, post: Post) -> str:
        """The PDF of a purchase order, under the card it came of."""
        channel, _, thread = str(post.content["to"]).partition("/")
        paper = post.content["files"][0]
        done = self._client.files_upload_v2(
            channel=channel, thread_ts=thread or None, filename=paper["name"], title=paper["name"],
            content=paper["content"],
        )  # fmt: skip
        return str(done["file"]["id"])
