"""The briefing of the shop's people, looked at by several at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from core.config import Config, Slack
from core.database.engine import Database
from core.mailroom.ports import Post
from core.portal import Portal
from tests.conftest import SettableClock
from tests.flows.talking import customer
from tests.shop import ADA, open_shop


class Noting:
    """A courier that notes what it was to carry."""

    def __init__(self) -> None:
        self.carried: list[Post] = []

    def send(self, post: Post) -> str:
        """Give a place in the channel."""
        self.carried.append(post)
        return f"C0STAFF/{len(self.carried)}.0"


def test_two_who_look_at_once_post_one_card_and_each_word_once(
    database: Database, config: Config, clock: SettableClock
) -> None:
    courier = Noting()
    config = config.model_copy(update={"slack": Slack(staff_channel="C0STAFF")})
    portal = Portal(database, config, clock, couriers={"slack": courier})
    open_shop(portal)
    talk = customer(portal, ADA)
    talk.say("I want to talk to a person")
    talk.say("are you there?")
    with ThreadPoolExecutor(4) as pool:
        posted = sum(pool.map(lambda _: portal.brief_desk(), range(8)))
    while portal.deliver():
        clock.forward(timedelta(seconds=2))
    kinds = sorted(post.key.split(":", 2)[2].partition(":")[0] for post in courier.carried)
    assert (posted, kinds) == (3, ["before", "card", "entry"])
