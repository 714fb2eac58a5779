"""Two customers and a planner at the door."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from core.accounts import identity
from core.accounts.identity import Asked
from core.database.engine import Database
from core.errors import PortalError
from core.portal import Portal
from tests.conftest import SettableClock
from tests.shop import ADA, GRACE, PLANNER, bring

ADDRESS, NOBODY = "ada@example.org", "nobody@example.org"


@dataclass(frozen=True)
class Doorbell:
    """Asks for codes and tries them, each in a transaction of its own."""

    database: Database
    clock: SettableClock

    def ask(self, address: str = ADDRESS, browser: str = "browser") -> Asked:
        """Have a code made."""
        with self.database.unit_of_work() as session:
            return identity.ask_for_code(session, address, browser, self.clock.now)

    def attempt(self, code: str, browser: str = "browser") -> str | PortalError:
        """Try a code: a token, or the refusal."""
        with self.database.unit_of_work() as session:
            return identity.redeem(session, browser, code, self.clock.now)


@pytest.fixture
def people(portal: Portal) -> Portal:
    bring(
        portal,
        "customers",
        {"customer_id": ADA, "name": "Ada Löwe", "email": ADDRESS, "country": "GB"},
        {"customer_id": GRACE, "name": "Grace Kim", "email": "Grace@Example.org", "country": "DE"},
    )
    bring(portal, "staff", {"email": PLANNER, "name": "Pat", "role": "planner", "approval_limit": 100})
    return portal


@pytest.fixture
def doorbell(people: Portal, database: Database, clock: SettableClock) -> Doorbell:
    assert people.customer_by_email(ADDRESS) == ADA
    return Doorbell(database, clock)


@pytest.fixture
def wrong() -> Callable[[Asked], str]:
    """A code that is not the one that was mailed."""
    return lambda asked: "00000000" if asked.code != "00000000" else "11111111"
