"""Customers in Slack: the same conversations as at every other door, through signed HTTP and Bolt."""

from datetime import timedelta

import pytest

from core.accounts.model import Visitor
from core.chat import Incoming, Speaker
from tests.bot.channels.slack.web_api import Fault
from tests.bot.channels.slack.workspace import Workspace
from tests.shop import ADA

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
USER, CHAT, EMAIL = "U1ADA", "D1ADA", "ada@example.org"


@pytest.fixture
def ada(workspace: Workspace) -> Workspace:
    """The workspace once Ada's chat speaks for her."""
    workspace.link(USER, EMAIL)
    return workspace


def test_a_code_from_the_mailbox_links_the_chat(ada: Workspace) -> None:
    assert "Ada" in ada.last(USER)["text"]
    assert [one.chat for one in ada.portal.access(_visitor(ada)).chats] == [CHAT]


def test_an_invitation_from_the_account_page_links_the_chat(workspace: Workspace) -> None:
    code = workspace.portal.invite_chat(_visitor(workspace))
    workspace.write(USER, code)
    assert "Ada" in workspace.last(USER)["text"]


def test_where_an_order_is(ada: Workspace) -> None:
    ada.write(USER, "where is my order 1002?")
    assert "TRK-1002A" in ada.last(USER)["text"]


def test_a_stranger_hears_nothing_of_an_order(workspace: Workspace) -> None:
    workspace.write("U2EVE", "where is my order 1002?")
    assert not any("TRK" in text or "1 Mill" in text for text in workspace.api.texts())


def test_an_invoice_comes_as_a_file(ada: Workspace) -> None:
    ada.write(USER, "please send me the invoice of order 1001")
    assert ada.api.files[0]["channel_id"] == CHAT
    assert ada.api.files[0]["content"].startswith(b"%PDF")


def test_a_return_by_buttons_is_made_once(ada: Workspace) -> None:
    ada.write(USER, "I want to return the lamp from order 1001")
    for _ in range(4):
        shown = ada.last(USER)
        if "Yes" in str(shown["blocks"]):
            break
        label = next(one["text"]["text"] for block in shown["blocks"] for one in block.get("elements", ()))
        ada.press(USER, shown, label)
    asked = ada.last(USER)
    ada.press(USER, asked, "Yes")
    ada.press(USER, asked, "Yes")
    assert "pressed already" in ada.last(USER)["text"]
    assert len(ada.portal.order(ADA, "1001").returns) == 1


def test_a_pressed_button_leaves_what_was_chosen_in_its_place(ada: Workspace) -> None:
    ada.write(USER, "unlink my account")
    asked = ada.last(USER)
    ada.press(USER, asked, "No")
    shown = str(ada.api.messages[CHAT, asked["ts"]]["blocks"])
    assert "✓ No" in shown
    assert "button" not in shown


def test_what_is_in_stock(workspace: Workspace) -> None:
    workspace.write(USER, "do you have the blue glass lamp?")
    assert "Blue Glass Lamp" in workspace.last(USER)["text"]


def test_german_is_answered_in_german(ada: Workspace) -> None:
    ada.write(USER, "Wo ist meine Bestellung 1002?")
    assert "Bestellung 1002" in ada.last(USER)["text"]


def test_an_answer_in_the_assistant_pane_goes_to_its_thread(ada: Workspace) -> None:
    ada.write(USER, "when are you open?", thread_ts="1690000000.000001")
    assert ada.last(USER)["thread_ts"] == "1690000000.000001"
    assert ada.api.given_to("assistant.threads.setStatus")[0]["channel_id"] == CHAT


def test_an_opened_assistant_pane_offers_what_people_ask_most(workspace: Workspace) -> None:
    pane = {"user_id": USER, "channel_id": CHAT, "thread_ts": "1690000000.000001"}
    workspace.event({"type": "assistant_thread_started", "assistant_thread": pane})
    assert len(workspace.api.given_to("assistant.threads.setSuggestedPrompts")[0]["prompts"]) == 4


def test_where_others_read_along_nothing_personal_is_said(ada: Workspace) -> None:
    for text in ("<@U0BOT> where is my order 1002?", "<@U0BOT> I want to talk to a person", "<@U0BOT> link my account"):
        ada.event({"type": "app_mention", "channel": "C1ALL", "user": USER, "text": text, "ts": "1690000000.000009"})
    said = ada.api.posted("C1ALL")
    assert ["Others read along" in one["text"] for one in said] == [True, True, True]
    assert {one["thread_ts"] for one in said} == {"1690000000.000009"}


def test_what_people_say_in_channels_among_themselves_is_left_alone(ada: Workspace) -> None:
    before = len(ada.api.calls)
    ada.write(USER, "where is my order 1002?", channel="C1ALL", channel_type="channel")
    assert len(ada.api.calls) == before


def test_what_bots_and_edits_say_is_left_alone(ada: Workspace) -> None:
    before = len(ada.api.calls)
    ada.write(USER, "hello", bot_id="B0BOT")
    ada.write(USER, "", subtype="message_changed", message={"text": "hello", "user": USER})
    ada.write("", "hello")
    assert len(ada.api.calls) == before


def test_an_unlinked_chat_is_a_stranger_again(ada: Workspace) -> None:
    ada.write(USER, "unlink my account")
    ada.press(USER, ada.last(USER), "Yes")
    ada.write(USER, "where is my order 1002?")
    assert "TRK" not in ada.last(USER)["text"]


def test_an_event_sent_again_is_answered_once(ada: Workspace) -> None:
    event = {"type": "message", "channel_type": "im", "channel": CHAT, "user": USER, "text": "when are you open?"}
    before = len(ada.api.posted(CHAT))
    ada.event(event, event_id="EvTWICE")
    assert ada.event(event, event_id="EvTWICE", headers={"x-slack-retry-num": "1"}).status_code == 200
    assert len(ada.api.posted(CHAT)) == before + 1


def test_an_answer_that_slack_would_not_take_goes_out_later(ada: Workspace) -> None:
    ada.api.fail("chat.postMessage", Fault(status=429, retry_after=7))
    before = len(ada.api.posted(CHAT))
    ada.write(USER, "when are you open?")
    assert len(ada.api.posted(CHAT)) == before
    ada.clock.forward(timedelta(seconds=8))
    ada.portal.deliver()
    assert "09:00" in ada.last(USER)["text"]


def test_what_was_stored_and_not_answered_is_answered_by_whoever_looks(ada: Workspace) -> None:
    ada.portal.receive(Incoming("slack", CHAT, "EvLOST", "when are you open?", Speaker(), sender=USER))
    ada.clock.forward(timedelta(seconds=10))
    ada.look_after()
    assert "09:00" in ada.last(USER)["text"]


def test_nothing_anybody_types_becomes_markup(ada: Workspace) -> None:
    ada.write(USER, "&lt;!channel&gt; &lt;https://evil.example.org|free&gt; &amp;amp;")
    assert not any("<" in text for text in ada.api.texts())


def test_an_account_that_is_gone_gets_no_more_post(ada: Workspace) -> None:
    ada.portal.erase_customer(ADA, "operator")
    ada.write(USER, "where is my order 1002?")
    assert "TRK" not in ada.last(USER)["text"]


def _visitor(workspace: Workspace) -> Visitor:
    workspace.portal.ask_for_code(EMAIL, "browser")
    found = workspace.portal.visitor(workspace.portal.sign_in("browser", workspace.code_for(EMAIL)))
    assert found is not None
    return found
