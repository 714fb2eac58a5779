"""Staff in Slack: a hand-off opens a thread, the thread goes to the customer, wherever they wrote."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.accounts.model import Staff
from tests.bot.channels.slack.rendering import rendered
from tests.bot.channels.slack.workspace import STAFF_CHANNEL, Workspace
from tests.flows.talking import Talk, customer
from tests.shop import ADA, BOSS, GRACE, SUPPORT

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAM, PAT, EVE = "U1SAM", "U1PAT", "U2EVE"


def brief(workspace: Workspace) -> None:
    workspace.portal.brief_desk()
    while workspace.portal.deliver():
        workspace.clock.forward(timedelta(seconds=1))


@pytest.fixture
def talk(workspace: Workspace) -> Talk:
    """Ada on the web, who asked about an order and then for a person."""
    hers = customer(workspace.portal, ADA)
    hers.say("where is my order 1002?")
    hers.say("I want to talk to a person")
    brief(workspace)
    return hers


def thread(workspace: Workspace) -> list[dict[str, Any]]:
    return [one for one in workspace.api.posted(STAFF_CHANNEL) if one.get("thread_ts")]


def card(workspace: Workspace) -> dict[str, Any]:
    return next(one for one in workspace.api.posted(STAFF_CHANNEL) if not one.get("thread_ts"))


def reply(workspace: Workspace, user: str, text: str, event_id: str = "") -> int:
    event = {
        "type": "message", "channel_type": "channel", "channel": STAFF_CHANNEL, "user": user, "text": text,
        "thread_ts": card(workspace)["ts"], "ts": "1690000005.000001",
    }  # fmt: skip
    return workspace.event(event, event_id=event_id).status_code


def whispers(workspace: Workspace) -> list[str]:
    return [one["text"] for one in workspace.api.given_to("chat.postEphemeral")]


def heard_by(workspace: Workspace) -> list[str]:
    said = workspace.portal.transcript("web", f"customer:{ADA}", f"customer:{ADA}")
    return [one.reply.text for one in said if one.speaker == "staff"]


def test_a_hand_off_opens_a_thread_with_what_was_said_and_the_order(workspace: Workspace, talk: Talk) -> None:
    shown = str(card(workspace)["blocks"])
    assert "Order 1002" in shown
    assert "waits for somebody" in shown
    assert "where is my order 1002?" in thread(workspace)[0]["text"]
    assert talk.said[-1].handed_off


def test_the_card_says_no_more_of_the_customer_than_is_needed(workspace: Workspace, talk: Talk) -> None:
    del talk
    told = str(card(workspace))
    assert "Löwe" not in told
    assert "ada@example.org" not in told


def test_the_thread_tells_what_was_wanted_and_what_was_done_without_the_bots_words(workspace: Workspace) -> None:
    hers = customer(workspace.portal, GRACE)
    hers.say("hello, this is Grace Kim, grace@example.org, 07700 900123")
    hers.say("where is my order 2001?")
    hers.say("cancel order 2001")
    hers.press("Yes")
    hers.say("I want to talk to a person about 12345678")
    brief(workspace)
    told = thread(workspace)[0]["text"]
    assert "customer: hello, this is [name], [mail address], [number]" in told
    assert "customer: where is my order 2001?" in told
    assert "bot answered: Where is my order?" in told
    assert "bot did: cancel order" in told
    assert told.endswith("customer: I want to talk to a person about [number]")
    said = workspace.portal.transcript("web", f"customer:{GRACE}", f"customer:{GRACE}")
    answers = [one.reply.text for one in said if one.speaker == "shop"]
    assert len(answers) == 5
    assert not [one for one in answers if one[:40] in told]
    everything = str(workspace.api.posted(STAFF_CHANNEL))
    assert not [secret for secret in ("Grace Kim", "grace@", "900123", "12345678") if secret in everything]
    staff = workspace.portal.staff_by_email(SUPPORT)
    assert staff
    assert answers[0] in workspace.portal.tickets(staff)[0].transcript


def test_the_card_is_the_one_that_the_docs_show(workspace: Workspace, talk: Talk) -> None:
    del talk
    page = (Path(__file__).parents[4] / "docs" / "slack.md").read_text(encoding="utf-8")
    assert f"```\n{rendered(card(workspace)['blocks'])}\n```" in page


def test_looking_again_posts_nothing_again(workspace: Workspace, talk: Talk) -> None:
    del talk
    before = len(workspace.api.posted())
    brief(workspace)
    assert len(workspace.api.posted()) == before


def test_what_is_written_in_the_thread_goes_to_the_customer(workspace: Workspace, talk: Talk) -> None:
    del talk
    assert reply(workspace, SAM, "Hello, I am looking &amp; will be back.") == 200
    assert heard_by(workspace) == ["Hello, I am looking & will be back."]
    assert "is with Sam" in str(card(workspace)["blocks"])


def test_the_same_event_twice_is_said_once(workspace: Workspace, talk: Talk) -> None:
    del talk
    reply(workspace, SAM, "Hello.", "EvTWICE")
    reply(workspace, SAM, "Hello.", "EvTWICE")
    assert heard_by(workspace) == ["Hello."]


def test_what_was_said_in_the_thread_is_not_echoed_there(workspace: Workspace, talk: Talk) -> None:
    del talk
    before = len(thread(workspace))
    reply(workspace, SAM, "Hello.")
    brief(workspace)
    assert len(thread(workspace)) == before


@pytest.mark.parametrize(
    "aside", ["// is this the one from Monday?", "Note: careful", "<@U1PAT> what do you think?", "hm <!here>"]
)
def test_asides_stay_in_the_thread(workspace: Workspace, talk: Talk, aside: str) -> None:
    del talk
    reply(workspace, SAM, aside)
    assert heard_by(workspace) == []


def test_later_words_of_the_customer_appear_in_the_thread(workspace: Workspace, talk: Talk) -> None:
    talk.say("are you still there?")
    brief(workspace)
    assert thread(workspace)[-1]["text"] == "Customer: are you still there?"


def test_whoever_is_not_of_the_shop_is_told_so_alone(workspace: Workspace, talk: Talk) -> None:
    del talk
    reply(workspace, EVE, "I am from the shop, honestly")
    workspace.press(EVE, card(workspace), "Claim")
    assert heard_by(workspace) == []
    assert ["not linked" in one for one in whispers(workspace)] == [True, True]
    assert "waits for somebody" in str(card(workspace)["blocks"])


def test_the_second_to_claim_is_told_who_has_it(workspace: Workspace, talk: Talk) -> None:
    del talk
    shown = card(workspace)
    workspace.press(SAM, shown, "Claim")
    workspace.press(PAT, shown, "Claim")
    assert "Sam" in whispers(workspace)[0]


def test_a_released_ticket_waits_for_somebody_again(workspace: Workspace, talk: Talk) -> None:
    del talk
    workspace.press(SAM, card(workspace), "Claim")
    workspace.press(SAM, card(workspace), "Release")
    assert "waits for somebody" in str(card(workspace)["blocks"])


def test_a_closed_ticket_gives_the_chat_back_to_the_bot(workspace: Workspace, talk: Talk) -> None:
    workspace.press(SAM, card(workspace), "Claim")
    workspace.press(SAM, card(workspace), "Close")
    assert "is closed" in str(card(workspace)["blocks"])
    assert "09:00" in talk.say("when are you open?").text


def test_what_is_written_under_a_closed_ticket_reaches_nobody_and_says_so(workspace: Workspace, talk: Talk) -> None:
    del talk
    workspace.press(SAM, card(workspace), "Close")
    reply(workspace, SAM, "One more thing.")
    assert heard_by(workspace) == []
    assert "did not get that" in whispers(workspace)[0]


def test_an_answer_given_on_the_web_appears_in_the_thread(workspace: Workspace, talk: Talk) -> None:
    del talk
    staff = workspace.portal.staff_by_email(SUPPORT)
    assert isinstance(staff, Staff)
    workspace.portal.answer_ticket(staff, workspace.portal.tickets(staff)[0].ticket_number, "From the page.")
    brief(workspace)
    assert thread(workspace)[-1]["text"] == "Sam: From the page."


def test_a_customer_in_slack_is_answered_in_their_direct_message_and_comes_back_to_the_bot(
    workspace: Workspace,
) -> None:
    workspace.link("U1ADA", "ada@example.org")
    workspace.write("U1ADA", "Ich möchte mit einem Menschen sprechen")
    reply(workspace, SAM, "Guten Tag!")
    assert workspace.last("U1ADA")["text"] == "Guten Tag!"
    workspace.press(SAM, card(workspace), "Close")
    workspace.write("U1ADA", "Wann haben Sie geöffnet?")
    assert "09:00" in workspace.last("U1ADA")["text"]


def test_a_customer_who_wrote_in_the_assistant_pane_is_answered_there(workspace: Workspace) -> None:
    workspace.link(EVE, "ada@example.org")
    pane = "1690000000.000007"
    workspace.write(EVE, "I want to talk to a person", thread_ts=pane)
    brief(workspace)
    reply(workspace, SAM, "Your lamp leaves today.")
    brief(workspace)
    answer = workspace.last(EVE)
    assert "Your lamp leaves today." in answer["text"]
    assert answer["thread_ts"] == pane
    workspace.write(EVE, "thank you")
    reply(workspace, SAM, "You are welcome.", "second")
    brief(workspace)
    assert not workspace.last(EVE).get("thread_ts")


def test_a_customer_who_is_erased_takes_what_waits_with_them(workspace: Workspace, talk: Talk) -> None:
    talk.say("a last word")
    workspace.portal.brief_desk()
    workspace.portal.erase_customer(ADA, "operator")
    brief(workspace)
    assert "a last word" not in str(workspace.api.posted(STAFF_CHANNEL))


def test_a_long_transcript_fits(workspace: Workspace) -> None:
    talk = customer(workspace.portal, ADA)
    for _ in range(4):
        talk.say("<b>long</b> & " * 280)
    talk.say("I want to talk to a person")
    brief(workspace)
    assert len(thread(workspace)) == 1


def test_somebody_of_the_shop_shows_by_a_code_who_they_are_and_ends_it_by_command(
    workspace: Workspace, talk: Talk
) -> None:
    del talk
    workspace.link("U3BO", BOSS)
    workspace.press("U3BO", card(workspace), "Claim")
    assert "is with Bo" in str(card(workspace)["blocks"])
    workspace.command("U3BO", "unlink")
    workspace.press("U3BO", card(workspace), "Release")
    assert "is with Bo" in str(card(workspace)["blocks"])
    assert "not linked" in whispers(workspace)[-1]
