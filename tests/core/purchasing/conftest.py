"""A shop whose plan has been made."""

import pytest

from core.accounts.model import Role, Staff
from core.portal import Portal
from core.purchasing.model import Proposal
from tests import shop


def person(email: str) -> Staff:
    """Somebody of the shop as a session knows them; what they may do is read anew each time."""
    return Staff(email, "", Role.PLANNER, None, "GBP")


@pytest.fixture
def planned(portal: Portal) -> Portal:
    shop.open_shop(portal)
    portal.plan(run="test")
    return portal


@pytest.fixture
def proposal(planned: Portal) -> Proposal:
    found = planned.proposals(person(shop.BOSS))
    assert len(found) == 1
    return planned.proposal(person(shop.BOSS), found[0].proposal_id)
