"""Which language a text is in, and what German says through the grammar of slots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversation.understanding import Reader
from core.conversation.understanding.text import fold
from core.conversation.understanding.tongues import Tongue
from tests.core.conversation.understanding.conftest import TODAY

SPOKEN = [
    ("where is my order", "en"),
    ("I'd like to return the blue lamp", "en"),
    ("wo ist meine Bestellung", "de"),
    ("ich moechte die Lampe zurueckgeben", "de"),
    ("Hallo", "de"),
    ("Rechnungsdokument", "de"),
]
KEPT = [
    "581475",
    "ok",
    "stop",
    "Newsletter",
    "White Hanging Heart T-Light Holder",
    "R-000012",
    "jane@example.org",
    "👍",
]
SLOTS = [
    ("Was habe ich letzten Dienstag bestellt?", "date", "2026-11-24"),
    ("Bestellungen vom 3. bis 5. März", "period", "2026-03-03/2026-03-05"),
    ("Bestellungen vom 03.03.", "date", "2026-03-03"),
    ("was habe ich vor zwei Wochen bestellt", "date", "2026-11-12"),
    ("meine Bestellungen seit Januar", "period", "2026-01-01/2026-11-26"),
    ("die Rechnung über 12,50 €", "amount", "12.50"),
    ("ich möchte zwei Tassen zurückgeben", "quantity", "2"),
    ("kann ich ein Dutzend Tassen haben", "quantity", "12"),
    ("nein, einundzwanzig Stück", "quantity", "21"),
    ("Wo ist Bestellung Nr. 536365?", "order_number", "536365"),
    ("Bestellnummer 536365", "order_number", "536365"),
    ("Rechnungsnummer 489434 bitte", "invoice_number", "489434"),
    ("die zweite", "reference", "2"),
    ("meine letzte Bestellung", "reference", "last"),
    ("sie kam kaputt an", "reason", "damaged"),
    ("Haben Sie die blaue Lampe auf Lager?", "product", "blaue Lampe"),
    ("Wann kommt die weiße Vase wieder rein?", "product", "weiße Vase"),
    ("was kostet die Teekanne", "product", "Teekanne"),
    ("meine Postleitzahl ist 10115", "postcode", "10115"),
    ("schreiben Sie an joerg.mueller@example.org", "email", "joerg.mueller@example.org"),
]
WANTED = [
    ("wo bleibt mein Päckchen", ["track_order"]),
    ("Ich moechte meine Bestelung stornieren", ["cancel_order"]),
    ("Können Sie mir bitte die Rechnung zu 536365 schicken?", ["get_invoice"]),
    ("Storniere Bestellung 581475 und schick mir die Rechnung zu 536365", ["cancel_order", "get_invoice"]),
    ("Wo ist meine Bestellung? Außerdem brauche ich eine Rechnung", ["track_order", "get_invoice"]),
    ("ja, bitte", ["confirm"]),
    ("nein danke", ["deny"]),
    ("vergessen Sie es", ["cancel_flow"]),
    ("wie wird das Wetter morgen", []),
    ("auf Deutsch bitte", ["change_language"]),
]


@pytest.mark.parametrize(("text", "language"), SPOKEN)
def test_the_language_of_a_text_is_told_by_its_words(reader: Reader, text: str, language: str) -> None:
    other = {"en": "de", "de": "en"}[language]
    assert reader.read(text, today=TODAY, language=other).language == language


@pytest.mark.parametrize("text", KEPT)
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_tells_no_language_keeps_the_one_that_is_spoken(reader: Reader, text: str, language: str) -> None:
    assert reader.read(text, today=TODAY, language=language, is_settled=True).language == language


@pytest.mark.parametrize(("text", "slot", "value"), SLOTS)
def test_german_says_the_same_slots(reader: Reader, text: str, slot: str, value: str) -> None:
    found = [one.value for one in reader.read(text, today=TODAY, language="de").slots if one.name == slot]
    assert found == [value]


@pytest.mark.parametrize(("text", "intents"), WANTED)
def test_german_is_understood(reader: Reader, text: str, intents: list[str]) -> None:
    assert [one.name for one in reader.read(text, today=TODAY).intents] == intents


@given(st.text(alphabet="abcäöüß .ieurn?3", max_size=60))
def test_every_place_of_a_gloss_leads_back_to_what_was_typed(text: str) -> None:
    tongue = Tongue.of({"glosses": {"the": ["der"], "order": ["bei", "an"]}, "rewritings": [[r"(\w)e(\w)", r"\2 \1"]]})
    glossed = tongue.glossed(fold(text))
    assert glossed.begins is not None
    assert glossed.ends is not None
    assert len(glossed.text) == len(glossed.begins) == len(glossed.ends)
    assert all(0 <= begin < end <= len(text) for begin, end in zip(glossed.begins, glossed.ends, strict=True))


def test_a_slot_is_the_stretch_it_was_read_from(reader: Reader) -> None:
    text = "Ich möchte zwei Tassen aus Bestellung Nr. 536365 zurückgeben"
    slots = reader.read(text, today=TODAY).slots
    assert {slot.name: text[slot.start : slot.end] for slot in slots} == {
        "quantity": "zwei",
        "product": "Tassen",
        "order_number": "536365",
    }
