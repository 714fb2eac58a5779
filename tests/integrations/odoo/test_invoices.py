"""Invoices of Odoo are handed out with Odoo's number and figures, and what is owed follows what was paid there."""

from datetime import timedelta

import pytest

from core.billing import service as billing
from core.billing.service import InvoiceSummary
from core.config import Config
from core.portal import Portal
from integrations.odoo.backend import backend
from tests.conftest import SettableClock
from tests.flows.talking import customer
from tests.integrations.odoo.erp import Erp, Row
from tests.integrations.odoo.lantern import bill, settle


@pytest.fixture
def config(config: Config) -> Config:
    return config.model_copy(update={"odoo": config.odoo.model_copy(update={"takes_invoices": True})})


def read(portal: Portal, clock: SettableClock, *, whole: bool = False) -> list[str]:
    """Read what changed; the sentences about what was left out."""
    clock.forward(timedelta(minutes=20))
    outcome = portal.sync("odoo", whole=whole)
    assert not outcome.troubles
    return [fault.sentence for fault in outcome.faults]


def order(erp: Erp) -> Row:
    (found,) = erp.rows["sale.order"].values()
    return found


def ada(erp: Erp) -> str:
    return f"odoo-{order(erp)['partner_id']}"


def documents(portal: Portal, erp: Erp) -> list[InvoiceSummary]:
    with portal._database.reading() as session:
        return billing.summaries(session, ada(erp))


def test_an_invoice_is_handed_out_and_what_is_owed_of_it_is_true(
    connected: Portal, erp: Erp, clock: SettableClock
) -> None:
    made = bill(erp, order(erp)["id"])
    assert read(connected, clock) == []
    (found,) = documents(connected, erp)
    assert (found.invoice_number, found.order_number) == (erp.rows["account.move"][made]["name"], order(erp)["name"])
    assert (found.total.minor, found.open_amount.minor) == (4800, 4800)
    told = customer(connected, ada(erp)).say(f"send me the invoice for order {order(erp)['name']}")
    assert [one.media_type for one in told.attachments] == ["application/pdf"]
    assert found.invoice_number in told.text
    assert "48.00" in customer(connected, ada(erp)).say("what do I owe you?").text
    settle(erp, made, 20.0)
    read(connected, clock)
    assert [one.open_amount.minor for one in documents(connected, erp)] == [2800]
    settle(erp, made, 28.0)
    read(connected, clock)
    assert [one.open_amount.minor for one in documents(connected, erp)] == [0]


def test_a_payment_that_was_taken_back_there_is_owed_again(connected: Portal, erp: Erp, clock: SettableClock) -> None:
    made = bill(erp, order(erp)["id"])
    settle(erp, made, 48.0)
    read(connected, clock)
    settle(erp, made, -48.0)
    read(connected, clock)
    assert [one.open_amount.minor for one in documents(connected, erp)] == [4800]


def test_a_credit_note_lessens_what_it_corrects_whether_or_not_the_invoice_was_touched(
    connected: Portal, erp: Erp, clock: SettableClock
) -> None:
    made = bill(erp, order(erp)["id"])
    settle(erp, made, 48.0)
    read(connected, clock)
    bill(erp, order(erp)["id"], name="RINV/2026/00001", move_type="out_refund", reversed_entry_id=made)
    read(connected, clock)
    kinds = {one.kind: (one.total.minor, one.open_amount.minor) for one in documents(connected, erp)}
    assert kinds == {"invoice": (4800, 0), "credit_note": (4800, 0)}
    with connected._database.reading() as session:
        note = billing.document(session, connected._config.shop, ada(erp), "RINV/2026/00001")
    assert note.corrects == erp.rows["account.move"][made]["name"]


def test_what_was_invoiced_is_not_cancelled_from_here(connected: Portal, erp: Erp, clock: SettableClock) -> None:
    read(connected, clock)
    bill(erp, order(erp)["id"])
    (line, *_) = erp.rows["sale.order.line"].values()
    (item, *_) = erp.rows["account.move.line"]
    line |= {"qty_invoiced": 1.0, "invoice_lines": [item]}  # computed there, so that the line is not written to
    read(connected, clock)
    told = customer(connected, ada(erp)).say(f"cancel order {order(erp)['name']}")
    assert "was placed on Odoo, where this has to be done" in told.text


def test_drafts_are_nobodys_business(connected: Portal, erp: Erp, clock: SettableClock) -> None:
    bill(erp, order(erp)["id"], state="draft", name="/")
    bill(erp, order(erp)["id"], move_type="in_invoice")
    read(connected, clock)
    assert documents(connected, erp) == []


def test_rounding_by_line_comes_out_as_odoo_has_it(connected: Portal, erp: Erp, clock: SettableClock) -> None:
    for total in (48.01, 47.99):
        bill(erp, order(erp)["id"], amount_total=total, amount_residual=total)
    assert read(connected, clock) == []
    assert sorted(one.total.minor for one in documents(connected, erp)) == [4799, 4801]


def test_a_deposit_is_taken_off_and_a_part_of_a_unit_is_one_of_its_price(
    connected: Portal, erp: Erp, clock: SettableClock
) -> None:
    made = bill(erp, order(erp)["id"], amount_total=42.0, amount_residual=42.0)
    taxes = list(erp.rows["account.tax"])
    erp.make("account.move.line", move_id=made, display_type="product", name="Deposit", quantity=-1.0,
             price_unit=20.0, price_subtotal=-20.0, tax_ids=taxes)  # fmt: skip
    erp.make("account.move.line", move_id=made, display_type="product", name="Fitting, hours", quantity=1.5,
             price_unit=10.0, price_subtotal=15.0, tax_ids=taxes)  # fmt: skip
    assert read(connected, clock) == []
    (found,) = documents(connected, erp)
    assert found.total.minor == 4200
    with connected._database.reading() as session:
        lines = billing.document(session, connected._config.shop, ada(erp), found.invoice_number).lines
    assert ("1.5 × Fitting, hours", 1, 1500) in [(one.description, one.quantity, one.unit_price) for one in lines]


def test_taxes_we_cannot_follow_are_named_and_left_out(connected: Portal, erp: Erp, clock: SettableClock) -> None:
    bill(erp, order(erp)["id"], amount_total=55.0, amount_residual=55.0)
    (fault,) = read(connected, clock)
    assert "do not come to its total" in fault
    assert documents(connected, erp) == []


def test_whoever_moved_since_stays_on_the_invoice_as_they_were(
    connected: Portal, erp: Erp, clock: SettableClock
) -> None:
    made = bill(erp, order(erp)["id"])
    read(connected, clock)
    erp.change("res.partner", order(erp)["partner_id"], city="York")
    settle(erp, made, 48.0)
    assert read(connected, clock) == []
    (found,) = documents(connected, erp)
    assert found.open_amount.minor == 0
    with connected._database.reading() as session:
        kept = billing.document(session, connected._config.shop, ada(erp), found.invoice_number)
    assert "Leeds LS1 1AA" in kept.buyer.address


def test_they_are_read_only_where_that_is_wanted_and_allowed(config: Config, erp: Erp) -> None:
    plain = config.model_copy(update={"odoo": config.odoo.model_copy(update={"takes_invoices": False})})
    assert "invoices" not in {feed.name for feed in backend(plain).feeds}
    erp.denied = {"account.partial.reconcile"}
    made = backend(config)
    assert made.inspector is not None
    assert made.close is not None
    assert any("may not read account.partial.reconcile" in one.text for one in made.inspector(erp.now))
    made.close()
