"""German that stands in no list of examples: most is understood, and what is no shop's business changes nothing."""

from benchmarks.german import HELD_OUT, OUTSIDE, WRITES, held_out
from core.conversation import wording
from core.conversation.understanding import Reader, lessons
from tests.core.conversation.understanding.conftest import TODAY

ROWS = held_out(HELD_OUT)


def understood(reader: Reader, text: str) -> list[str]:
    return [one.name for one in reader.read(text, today=TODAY, language="de").intents]


def test_nothing_that_is_measured_on_was_learnt() -> None:
    learnt = {said.casefold() for said in lessons.load(wording.FOLDER).said_in("de")}
    assert len(ROWS) >= 250
    assert not learnt & {said.casefold() for said, _ in ROWS}


def test_four_of_five_requests_are_understood(reader: Reader) -> None:
    served = [(said, intent) for said, intent in ROWS if intent != OUTSIDE]
    right = sum(understood(reader, said) == [intent] for said, intent in served)
    assert right >= 0.8 * len(served)


def test_what_is_no_shops_business_begins_no_write(reader: Reader) -> None:
    outside = [understood(reader, said) for said, intent in ROWS if intent == OUTSIDE]
    assert [names for names in outside if WRITES & set(names)] == []
    assert sum(map(bool, outside)) <= 0.12 * len(outside)
