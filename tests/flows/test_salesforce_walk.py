"""From an org's order to the chat, a ticket that becomes a case, its people's answer, and back; nothing echoes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.config import Config
from core.mailroom import outbox
from core.portal import Portal
from integrations.salesforce.backend import backend
from tests.conftest import SettableClock
from tests.flows.talking import Talk, customer
from tests.integrations.salesforce.conftest import section
from tests.integrations.salesforce.standin import KEY, Node, Org, serving
from tests.shop import BOSS, bring


@pytest.fixture
def org(clock: SettableClock) -> Iterator[Org]:
    made = Org(now=clock.now - timedelta(minutes=1))
    kettle, mug = made.add_product("KETTLE", "Copper Kettle", 30.0), made.add_product("MUG", "Blue Mug", 5.0)
    made.add_order(made.add_account("Byron & Sons", "ada@example.org"), (kettle, 1), (mug, 2))
    with serving(made):
        yield made


@pytest.fixture
def config(config: Config, org: Org) -> Config:
    return config.model_copy(update={"salesforce": section(org)})


@pytest.fixture
def walked(portal: Portal, config: Config, clock: SettableClock) -> Iterator[Portal]:
    portal.connect(backend(config, clock, sleep=lambda _seconds: None))
    bring(portal, "staff", {"email": BOSS, "name": "Boss", "role": "admin", "approval_limit": None, "currency": "GBP"})
    portal.sync("salesforce")
    yield portal
    portal.hang_up()


@pytest.fixture
def ada(walked: Portal, org: Org) -> Talk:
    (account,) = org.everything("Account")
    return customer(walked, f"salesforce-{account['Id']}")


def in_step(portal: Portal, clock: SettableClock) -> None:
    """What the clock does: what is new here goes there, and what is new there is read."""
    clock.forward(timedelta(seconds=30))
    portal.pass_tickets_on()
    while portal.deliver(channel="salesforce"):
        pass
    portal.sync("salesforce")
    portal.look_up("salesforce")


def heard(portal: Portal, talk: Talk) -> list[str]:
    """What somebody of the shop said in a chat."""
    person = f"customer:{talk.speaker.customer_id}"
    lines = portal.transcript(talk.channel, talk.chat, person)
    return [line.reply.text for line in lines if line.speaker == "staff"]


def words(org: Org) -> list[str]:
    return [one["CommentBody"] for one in org.everything("CaseComment")]


@pytest.fixture
def case(walked: Portal, org: Org, ada: Talk, clock: SettableClock) -> Node:
    """The case that a ticket opened in the chat became."""
    (order,) = org.everything("Order")
    assert order["OrderNumber"] in ada.say("where is my order?").text
    ada.say("I want to talk to a person about the kettle")
    in_step(walked, clock)
    (made,) = org.everything("Case")
    return made


def test_a_case_is_told_no_more_of_what_was_said_before_than_it_needs(
    walked: Portal, org: Org, ada: Talk, clock: SettableClock
) -> None:
    (order,) = org.everything("Order")
    answered = ada.say("where is my order?").text
    ada.say("I want to talk to a person, write to ada.private@example.org or call +44 7700 900123")
    in_step(walked, clock)
    (made,) = org.everything("Case")
    told = str(made)
    assert "customer: where is my order?" in told
    assert "customer: I want to talk to a person, write to [mail address] or call [number]" in told
    assert not [one for one in ("ada.private", "7700", answered) if one in told]
    boss = walked.staff_by_email(BOSS)
    assert boss is not None
    assert order["OrderNumber"] in str(walked.tickets(boss)[0])  # what the people here may see


def test_a_ticket_of_the_chat_becomes_a_case_and_answers_go_both_ways(
    walked: Portal, org: Org, ada: Talk, case: Node, clock: SettableClock
) -> None:
    boss = walked.staff_by_email(BOSS)
    assert boss is not None
    (ticket,) = walked.tickets(boss)
    assert (case[KEY], case["AccountId"]) == (ticket.ticket_number, org.everything("Account")[0]["Id"])
    assert any("talk to a person about the kettle" in one for one in words(org))
    said = len(words(org))
    ada.say("it came without a lid")
    in_step(walked, clock)
    assert words(org)[-1].startswith("it came without a lid\n")
    org.now = clock.now
    org.comment(case, "A lid is on its way to you.")
    org.comment(case, "The warehouse is sloppy this week.", published=False)
    in_step(walked, clock)
    assert heard(walked, ada) == ["A lid is on its way to you."]
    assert "A lid is on its way" in walked.ticket_page(boss, ticket.ticket_number).thread[-1].text
    ada.say("thank you!")
    for _ in range(3):
        in_step(walked, clock)
    assert len(words(org)) == said + 4, "what came from there is not told back, and nothing is said twice"
    assert words(org)[-1].startswith("thank you!\n")


def test_a_case_that_is_closed_there_is_closed_here_and_the_other_way_round(
    walked: Portal, org: Org, ada: Talk, case: Node, clock: SettableClock
) -> None:
    boss = walked.staff_by_email(BOSS)
    assert boss is not None
    org.now = clock.now
    org.change(case, Status="Closed")
    in_step(walked, clock)
    (ticket,) = walked.tickets(boss)
    assert not ticket.is_open
    assert "has not left us" in ada.say("where is my order?").text, "the bot answers again"
    walked.reopen_ticket(boss, ticket.ticket_number)
    in_step(walked, clock)
    assert case["Status"] == "New"
    walked.close_ticket(boss, ticket.ticket_number)
    in_step(walked, clock)
    assert case["Status"] == "Closed"
    for _ in range(2):
        in_step(walked, clock)
    assert not walked.tickets(boss)[0].is_open
    assert case["Status"] == "Closed"


def test_a_case_opened_there_is_a_ticket_of_its_customer(
    walked: Portal, org: Org, ada: Talk, clock: SettableClock
) -> None:
    org.now = clock.now
    (account,) = org.everything("Account")
    case = org.add("Case", AccountId=account["Id"], Subject="Lid missing", Status="Working")
    org.comment(case, "We are looking for the lid.")
    org.add("Case", AccountId=None, Subject="Somebody else's", Status="New")
    in_step(walked, clock)
    assert ada.speaker.customer_id is not None
    (ticket,) = walked.my_tickets(ada.speaker.customer_id)
    page = walked.my_ticket(ada.speaker.customer_id, ticket.ticket_number)
    assert (ticket.subject, [one.text for one in page.thread]) == ("Lid missing", ["We are looking for the lid."])
    walked.reply_to_ticket(ada.speaker, ticket.ticket_number, "It is blue.", "k1")
    in_step(walked, clock)
    assert words(org)[-1].startswith("It is blue.\n")
    assert len(org.everything("Case")) == 2


def test_what_was_said_in_a_case_long_before_we_heard_of_it_is_not_said_again(
    walked: Portal, org: Org, ada: Talk, clock: SettableClock
) -> None:
    org.now = clock.now - timedelta(days=3)
    (account,) = org.everything("Account")
    case = org.add("Case", AccountId=account["Id"], Subject="Lid missing", Status="Working")
    org.comment(case, "We are looking for the lid.")
    org.now = clock.now
    org.change(case, Status="New")
    in_step(walked, clock)
    assert heard(walked, ada) == []
    assert "has not left us" in ada.say("where is my order?").text
    org.comment(case, "Here it is.")
    in_step(walked, clock)
    assert heard(walked, ada) == ["Here it is."]


def test_a_case_that_was_given_to_another_account_tells_the_first_no_more(
    walked: Portal, org: Org, ada: Talk, case: Node, clock: SettableClock
) -> None:
    org.now = clock.now
    org.change(case, AccountId=org.add_account("Another Ltd", "eve@example.org")["Id"])
    org.comment(case, "Your card ends in 1234.")
    in_step(walked, clock)
    assert heard(walked, ada) == []


def test_a_customer_who_was_erased_is_not_brought_back_by_a_case(
    walked: Portal, org: Org, ada: Talk, case: Node, clock: SettableClock
) -> None:
    assert ada.speaker.customer_id is not None
    walked.erase_customer(ada.speaker.customer_id, "test")
    org.now = clock.now
    org.comment(case, "Are you still there?")
    in_step(walked, clock)
    boss = walked.staff_by_email(BOSS)
    assert boss is not None
    assert walked.tickets(boss) == []


def test_an_address_changed_in_the_chat_reaches_the_org(walked: Portal, org: Org, ada: Talk) -> None:
    (order,) = org.everything("Order")
    ada.say(f"change the address of order {order['OrderNumber']}")
    shown = ada.say("7 Lane, York, YO1 7HH, United Kingdom")
    assert shown.asks == "confirm", shown.text
    ada.say("yes")
    walked.deliver(channel="salesforce")
    assert (order["ShippingStreet"], order["ShippingCity"]) == ("7 Lane", "York")


def test_a_return_asked_for_in_the_chat_is_a_return_order_and_comes_back_as_the_same(
    walked: Portal, org: Org, ada: Talk, clock: SettableClock
) -> None:
    (order,), (kettle, mug) = org.everything("Order"), org.everything("Product2")
    org.now = clock.now
    parcel = org.ship(order, "1Z999", (kettle, 1), (mug, 2))
    org.change(parcel, Status="Delivered", ActualDeliveryDate=org.tick())
    walked.sync("salesforce")
    clock.forward(timedelta(days=1))
    reply = ada.say(f"I want to return the kettle of order {order['OrderNumber']}")
    if reply.asks == "reason":
        reply = ada.press(reply.buttons[0].label)
    assert reply.asks == "confirm", reply.text
    ours = ada.say("yes").actions[0].result["return_number"]
    walked.deliver(channel="salesforce")
    (back,) = org.everything("ReturnOrder")
    assert back[KEY] == ours
    org.now = clock.now
    org.change(back, Status="Approved")
    walked.sync("salesforce")
    walked.look_up("salesforce")
    boss = walked.staff_by_email(BOSS)
    assert boss is not None
    (case,) = walked.returns(boss)
    assert (case.found.return_number, case.found.status.value) == (ours, "approved")


def test_what_is_taken_elsewhere_is_said_before_the_yes(walked: Portal, org: Org, ada: Talk) -> None:
    (order,) = org.everything("Order")
    told = ada.say(f"add a mug to order {order['OrderNumber']}").text
    assert "Salesforce" in told
    with walked._database.reading() as session:
        assert outbox.under_way(session, "salesforce") == set()
