"""What Odoo's own errors mean, in both of its interfaces, and what trying it out says."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr, ValidationError

from core.config import Config, Web
from core.exchange.ports import Found, Outcome, Trouble
from core.systems import Odoo
from integrations.odoo.backend import backend
from integrations.odoo.client import Client, client
from tests.integrations.odoo.erp import DATABASE, KEY, USER, Erp, serving
from tests.integrations.odoo.lantern import by_code, open_shop

Speaking = Callable[[Odoo], Client]
NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def erp() -> Iterator[Erp]:
    made = Erp(17)
    open_shop(made)
    with serving(made):
        yield made


@pytest.fixture(params=["json-rpc", "json-2"])
def section(request: pytest.FixtureRequest, erp: Erp) -> Odoo:
    erp.series = 19 if request.param == "json-2" else 17
    erp.denied, erp.faults, erp.lost = set(), [], []
    return Odoo(on=True, url=erp.url, database=DATABASE, user=USER, key=SecretStr(KEY), api=request.param)


@pytest.fixture
def speaking() -> Iterator[Speaking]:
    """Clients that hang up afterwards, and wait for nothing."""
    made: list[Client] = []

    def speak(section: Odoo) -> Client:
        made.append(client(section, lambda: NOW))
        made[-1].http.sleep = lambda _seconds: None
        return made[-1]

    yield speak
    for one in made:
        one.http.close()


def inspected(section: Odoo, now: datetime = NOW) -> list[Found]:
    config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")), odoo=section)
    made = backend(config, lambda: now, sleep=lambda _seconds: None)
    assert made.inspector is not None
    assert made.close is not None
    found = list(made.inspector(now))
    made.close()
    return found


def test_a_wrong_key_is_unauthorised_and_a_missing_right_forbidden(section: Odoo, erp: Erp, speaking: Speaking) -> None:
    wrong = section.model_copy(update={"key": SecretStr("another-key")})
    with pytest.raises(Trouble) as told:
        speaking(wrong).found("res.partner", [], ("name",))
    assert told.value.outcome is Outcome.UNAUTHORISED
    erp.denied = {"res.partner"}
    with pytest.raises(Trouble) as told:
        speaking(section).found("res.partner", [], ("name",))
    assert told.value.outcome is Outcome.FORBIDDEN


def test_what_odoo_refuses_is_refused_and_says_nothing_of_its_message(
    section: Odoo, speaking: Speaking, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    speaks = speaking(section)
    for model, method, named in (
        ("purchase.order", "write", {"ids": [999], "vals": {"note": "x"}}),
        ("no.model", "search_read", {"domain": [], "fields": []}),
        ("res.partner", "no_method", {}),
    ):
        with pytest.raises(Trouble) as told:
            speaks.ask(model, method, **named)
        assert told.value.outcome is Outcome.REFUSED
        assert not told.value.may_have_arrived, "what raised an error was rolled back"
        assert "ada.byron" not in str(told.value) + caplog.text


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("odoo.http.SessionExpiredException", Outcome.UNAUTHORISED),
        ("odoo.exceptions.ValidationError", Outcome.REFUSED),
        ("odoo.exceptions.UserError", Outcome.REFUSED),
        ("psycopg2.errors.SerializationFailure", Outcome.SILENT),
        ("werkzeug.exceptions.TooManyRequests", Outcome.THROTTLED),
        ("something.NobodyKnows", Outcome.REFUSED),
    ],
)
def test_errors_in_an_answer_mean_by_their_class(erp: Erp, speaking: Speaking, name: str, outcome: Outcome) -> None:
    erp.series, erp.denied, erp.faults = 17, set(), [None, *[name] * 4]
    section = Odoo(on=True, url=erp.url, database=DATABASE, user=USER, key=SecretStr(KEY))
    with pytest.raises(Trouble) as told:
        speaking(section).fields_of("res.partner")
    erp.faults = []
    assert told.value.outcome is outcome


def test_names_of_products_are_asked_for_in_the_language_of_the_shop(
    section: Odoo, erp: Erp, speaking: Speaking
) -> None:
    speaks = speaking(section.model_copy(update={"language": "de_DE"}))
    assert speaks.found("product.product", [["id", "=", by_code(erp, "KETTLE")]], ("name",))
    assert erp.contexts[-1] == {"active_test": False, "lang": "de_DE"}


def test_trying_it_out_names_rights_companies_currency_and_clock(section: Odoo, erp: Erp) -> None:
    erp.now = NOW
    assert all(one.is_well for one in inspected(section))
    erp.denied = {"purchase.order", "product.supplierinfo"}
    euros = erp.make("res.currency", name="EUR")
    second = erp.make("res.company", name="Second", currency_id=euros)
    wrong = " ".join(one.text for one in inspected(section, NOW + timedelta(hours=1)) if not one.is_well)
    del erp.rows["res.company"][second]
    for said in ("may not read product.supplierinfo, purchase.order", "may not create purchase.order", "2 companies",
                 "sells in EUR, GBP", "its clock and ours"):  # fmt: skip
        assert said in wrong


def test_without_encryption_only_this_machine_is_called() -> None:
    kept = {"on": True, "database": DATABASE, "user": USER, "key": SecretStr(KEY)}
    with pytest.raises(ValidationError, match="no https"):
        Odoo(url="http://erp.example.org", **kept)
    assert Odoo(url="https://erp.example.org/", **kept).url == "https://erp.example.org"
    with pytest.raises(ValidationError, match="takes_orders"):
        Odoo(url="https://erp.example.org", takes_orders=False, tells_vendors=True, **kept)
