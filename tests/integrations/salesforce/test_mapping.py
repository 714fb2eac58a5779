"""Rows of an org as records of ours; what cannot be kept is named instead of guessed."""

from typing import Any

import pytest

from core.systems import Salesforce
from integrations.reading import Unreadable
from integrations.salesforce.mapping import account, country_name, country_of, product
from integrations.salesforce.orders import Parts, Told, order, returned

AT = "2026-06-15T09:29:00.000+0000"
STAMPED = {"SystemModstamp": AT, "CreatedDate": AT, "IsDeleted": False}
TOLD = Told(Salesforce(), "GBP", "v", frozenset({"001A"}))


def order_row(**more: Any) -> dict[str, Any]:
    return {**STAMPED, "Id": "801A", "OrderNumber": "0001", "AccountId": "001A", "Status": "Activated", **more}


def item(number: int, **more: Any) -> dict[str, Any]:
    named = {"Product2Id": "01tA", "Product2.ProductCode": "MUG", "Product2.Name": "Mug"}
    told = {"Id": f"802{number}", "OrderItemNumber": f"{number:04d}", "Quantity": "2.0", "UnitPrice": "5.5"}
    return {**STAMPED, **named, **told, **more}


def test_a_person_account_is_a_customer_by_itself() -> None:
    row = {**STAMPED, "Id": "001A", "Name": "Ada Byron", "IsPersonAccount": True, "PersonEmail": "ada@example.org",
           "BillingCountry": "Germany"}  # fmt: skip
    (record,) = account(row, [], "GB", "v")
    assert record.rows["customers"] == [
        {"customer_id": "salesforce-001A", "name": "Ada Byron", "email": "ada@example.org", "company": "", "phone": "",
         "country": "DE"}
    ]  # fmt: skip


def test_an_account_that_nobody_could_sign_in_for_is_named() -> None:
    with pytest.raises(Unreadable, match="no contact of it has an e-mail address"):
        account({**STAMPED, "Id": "001A", "Name": "Acme"}, [{**STAMPED, "Id": "003A", "Name": "Bo"}], "GB", "v")


def test_two_contacts_with_one_address_are_one_person() -> None:
    people = [
        {**STAMPED, "Id": f"003{n}", "Name": "Ada", "Email": email} for n, email in enumerate(("A@x.org", "a@x.org"))
    ]
    (record,) = account({**STAMPED, "Id": "001A", "Name": "Acme"}, people, "GB", "v")
    assert record.rows["account_people"] == []


@pytest.mark.parametrize(
    ("told", "code"),
    [({"ShippingCountryCode": "de"}, "DE"), ({"ShippingCountry": "United States"}, "US"),
     ({"ShippingCountry": "USA"}, "US"), ({"ShippingCountry": "Atlantis"}, "GB"), ({}, "GB")],
)  # fmt: skip
def test_a_country_is_told_by_its_code_or_its_name(told: dict[str, str], code: str) -> None:
    assert country_of(told, "Shipping", "GB") == code


def test_the_name_of_a_country_is_what_is_read_back() -> None:
    assert country_of({"ShippingCountry": country_name("GB")}, "Shipping", "") == "GB"


def test_the_price_that_counts_is_of_the_chosen_book_and_currency() -> None:
    row = {**STAMPED, "Id": "01tA", "Name": "Mug", "ProductCode": "MUG", "IsActive": "true"}
    price = {**STAMPED, "UnitPrice": 5.5, "IsActive": True, "Pricebook2.IsStandard": True, "Pricebook2Id": "01sA"}
    dear = {**price, "UnitPrice": 9.0, "Pricebook2.IsStandard": False, "Pricebook2Id": "01sB"}
    (record,) = product(row, [price, dear], Salesforce(), "GBP", "v")
    assert record.rows["products"][0]["price"] == 550
    (record,) = product(row, [price, dear], Salesforce(price_book="01sB"), "GBP", "v")
    assert record.rows["products"][0]["price"] == 900
    with pytest.raises(Unreadable, match="no price in GBP"):
        product(row, [{**price, "CurrencyIsoCode": "EUR"}], Salesforce(), "GBP", "v")


def test_half_a_unit_leaves_its_order_out() -> None:
    with pytest.raises(Unreadable, match=r"a quantity of 0\.5"):
        order(order_row(), Parts([item(1, Quantity=0.5)]), TOLD)


def test_a_word_of_the_orgs_own_means_what_the_configuration_says() -> None:
    told = Told(Salesforce(statuses={"In Production": "packed", "Done": "delivered"}), "GBP", "v")
    (record,) = order(order_row(Status="done"), Parts([item(1)]), told)
    assert record.rows["orders"][0]["status"] == "delivered"
    assert record.rows["orders"][0]["customer_id"] is None, "nobody was made of its account"


def test_an_order_that_only_takes_back_is_none() -> None:
    assert order(order_row(IsReductionOrder=True), Parts([item(1)]), TOLD) == []


def test_units_of_a_shipment_are_dealt_out_to_the_lines_of_their_product() -> None:
    shipment = {**STAMPED, "Id": "0OB1", "Status": "Shipped", "TrackingNumber": "1z", "Provider": "UPS"}
    inside = {**STAMPED, "Id": "0OC1", "ShipmentId": "0OB1", "Product2Id": "01tA", "Quantity": 3.0}
    (record,) = order(order_row(), Parts([item(1), item(2)], [shipment], [inside]), TOLD)
    assert [(one["line"], one["quantity"]) for one in record.rows["parcel_lines"]] == [(1, 2), (2, 1)]
    assert record.rows["orders"][0]["status"] == "packed"


def test_a_return_of_unknown_state_is_named() -> None:
    back = {**STAMPED, "Id": "0Xy1", "OrderId": "801A", "ReturnOrderNumber": "RO-1", "Status": "Frozen"}
    with pytest.raises(Unreadable, match="“frozen”, which is unknown here"):
        returned(back, Parts([item(1)], returns=[back]), TOLD)
