"""A shop's policy may come with its records, and is followed in place of the configuration."""

import pytest

from core.errors import ConfigError
from core.portal import Portal


def test_an_adopted_policy_is_followed_and_may_be_forgotten(portal: Portal) -> None:
    before = portal._config.shop.return_days
    portal.adopt_policy("elsewhere", {"shop": {"return_days": before + 7}})
    assert portal._config.shop.return_days == before + 7
    assert portal._house.config.shop.return_days == before + 7
    assert portal.policy() == {"source": "elsewhere", "sections": {"shop": {"return_days": before + 7}}}
    assert portal.forget_policy()
    assert portal._config.shop.return_days == before
    assert not portal.forget_policy()


def test_another_portal_on_the_same_records_follows_it(portal: Portal) -> None:
    portal.adopt_policy("elsewhere", {"shop": {"return_days": 77}})
    other = Portal(portal._database, portal._written, portal._clock)
    assert other._config.shop.return_days == 77


@pytest.mark.parametrize(
    "wrong",
    [{"weather": {"rain": 1}}, {"shop": {"rain": 1}}, {"shop": {"return_days": -1}}, {"shop": {"currency": "X"}}],
)
def test_a_policy_that_cannot_be_followed_changes_nothing(portal: Portal, wrong: dict[str, dict[str, object]]) -> None:
    with pytest.raises(ConfigError, match="policy"):
        portal.adopt_policy("elsewhere", wrong)
    assert portal.policy() is None
