"""Whoever answers a question with what nobody can make out three times is let go: no flow asks for ever."""

from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import func, select

from core.chat import Incoming, Reply, Speaker
from core.conversation.intents import INTENTS
from core.database.audit import AuditRow
from core.database.engine import Database
from core.portal import Portal
from tests.core.database.side_by_side import ON_SQLITE
from tests.core.purchasing.conftest import planned
from tests.flows.canaries import open_marked_shop
from tests.flows.talking import Talk
from tests.shop import ADA, BOSS

__all__ = ["planned"]
NONSENSE = ("blorf", "xyzzy plugh wibble", "grmpf")
# a good answer to what no button answers, to come to the question behind it
ANSWERS = {"address": "5 Hill Road, York YO1 7BB, United Kingdom", "product": "mug", "quantity": "1", "units": "1",
           "email": "nobody@example.org", "order_number": "77", "until": "friday", "supposed": "3 weeks"}  # fmt: skip
TAKES_ANY_WORDS = {"feedback", "open_ticket", "reply_ticket"}  # the words are the answer, whatever they are
ASKS_FOR_PROOF = "cancel_order"  # one for all that first ask who somebody is
DEEPEST = 3
_numbers = count(1)


def questions(portal: Portal, speaker: Speaker, name: str) -> Iterator[Talk]:
    """A chat of an intent at its first question, one at its second, and so on, as far as it asks."""
    for depth in range(DEEPEST):
        number = next(_numbers)
        talk = Talk(portal, speaker, "console", f"dead-end-{number}")
        talk.said.append(portal.converse(Incoming("console", talk.chat, f"begin-{number}", "", speaker, intent=name)))
        for _ in range(depth):
            if not _answered(talk):
                return
        if talk.said[-1].asks is None:
            return
        yield talk


def _answered(talk: Talk) -> bool:
    """Give the answer that leads on; False where there is none, or a yes would be next."""
    asked = talk.said[-1]
    if asked.asks in {None, "confirm"}:
        return False
    if asked.buttons:
        talk.press(asked.buttons[0].label)
        return True
    return asked.asks in ANSWERS and bool(talk.say(ANSWERS[str(asked.asks)]))


def is_let_go(reply: Reply) -> bool:
    """Whether nothing is asked any more, and the way on is shown."""
    return reply.handed_off or (reply.asks is None and bool(reply.buttons))


def changes(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(AuditRow)) or 0


@ON_SQLITE
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("who", ["customer", "guest"])
def test_no_question_to_a_customer_is_put_for_ever(portal: Portal, database: Database, who: str, language: str) -> None:
    open_marked_shop(portal)
    speaker = Speaker(ADA, proof=3, language=language) if who == "customer" else Speaker(language=language)
    asked = tried(portal, database, speaker, "customer")
    assert asked >= (15 if who == "customer" else 4)


@ON_SQLITE
def test_no_question_to_a_planner_is_put_for_ever(planned: Portal, database: Database) -> None:
    assert tried(planned, database, Speaker(staff_id=BOSS, proof=3), "staff") >= 6


def tried(portal: Portal, database: Database, speaker: Speaker, audience: str) -> int:
    """How many questions were answered with nonsense until they were no longer put."""
    asked, stuck = 0, []
    for name in sorted(INTENTS):
        is_proof_asked = speaker.proof < INTENTS[name].PROOF and name != ASKS_FOR_PROOF
        if audience not in INTENTS[name].AUDIENCE or name in TAKES_ANY_WORDS or is_proof_asked:
            continue
        for talk in questions(portal, speaker, name):
            question, before = talk.said[-1], changes(database)
            again = [talk.say(words) for words in NONSENSE]
            is_still = not any(reply.actions for reply in again) and changes(database) == before
            if not (is_let_go(again[-1]) and is_still):
                stuck.append((name, question.text, [reply.text for reply in again]))
            asked += 1
    assert stuck == []
    return asked
