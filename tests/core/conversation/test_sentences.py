"""Every sentence that an intent works out the key of is written, with only the blanks it is given."""

import pytest

from core.conversation import wording
from core.conversation.intents.return_item import REASONS
from core.orders.model import OrderStatus
from core.purchasing.model import MoveStatus
from core.purchasing.overstock import DEAD, OUTLIVES, SLOW
from core.returns.model import ReturnStatus
from core.shipments.model import ParcelStatus

WORDS = wording.load("en_GB")
COMPUTED = {
    "track_order": [
        *(f"status_{status.value}" for status in OrderStatus),
        "status_partly_delivered",
        *(f"parcel_{status.value}" for status in ParcelStatus),
    ],
    "order_history": [f"status_{status.value}" for status in OrderStatus],
    "return_status": [f"status_{status.value}" for status in ReturnStatus],
    "return_item": [f"reason_{reason}" for reason in REASONS],
    "get_invoice": ["credit_note", "invoice_owing", "invoice_paid"],
    "stock_level": ["in_stock", "enough", "too_few", "out"],
    "help": ["customer", "staff"],
    "decide_proposal": [
        *("approve", "reject", "confirm_approve", "confirm_reject", "approved", "approved_once", "rejected"),
        *("which", "none"),
    ],
    "decide_move": ["approve", "reject", "confirm_approve", "confirm_reject", "which", "none"],
    "": [f"move_{status.value}" for status in MoveStatus],
    "overstock": [
        *(f"total_{kind}" for kind in (DEAD, SLOW, OUTLIVES)),
        *(f"why_{kind}" for kind in (DEAD, SLOW, OUTLIVES, "unsold")),
    ],
    "edit_proposal": ["not_proposed"],
    "explain_quantity": ["not_proposed"],
}
BLANKS = {
    ("track_order", "order"): {"number", "placed", "pieces", "total"},
    ("track_order", "parcel"): {"number", "count", "carrier", "tracking"},
    ("track_order", "only_parcel"): {"number", "count", "carrier", "tracking"},
    ("track_order", "contents_more"): {"lines", "more"},
    ("order_history", "line"): {"place", "number", "placed", "total", "status"},
    ("get_invoice", "invoice_owing"): {"number", "order", "issued", "total", "open", "due"},
    ("return_item", "worth_to"): {"amount", "method"},
    ("return_item", "done"): {"number", "lines", "address"},
    ("return_status", "line"): {"number", "order", "asked", "status", "lines"},
    ("stock_level", "enough"): {"name", "units", "wanted", "price"},
    ("list_proposals", "line"): {"number", "supplier", "lines", "at_risk", "total", "expected", "expires"},
    ("decide_proposal", "proposal"): {"number", "supplier", "lines", "total"},
    ("decide_proposal", "approved"): {"number", "supplier", "total", "order"},
    ("", "move"): {"number", "units", "name", "origin", "destination", "saving"},
    ("overstock", "line"): {"name", "place", "surplus", "on_hand", "worth", "holding", "why"},
    ("edit_proposal", "confirm"): {
        *("name", "number", "supplier", "before", "after", "total_before", "total_after", "explanation"),
    },
    ("explain_quantity", "answer"): {"quantity", "name", "supplier", "number", "explanation"},
}


@pytest.mark.parametrize(("intent", "key"), [(intent, key) for intent, keys in COMPUTED.items() for key in keys])
def test_a_sentence_whose_key_is_worked_out_is_written(intent: str, key: str) -> None:
    assert WORDS.sentences["en", intent, key]


@pytest.mark.parametrize(("where", "given"), BLANKS.items())
def test_a_sentence_asks_only_for_what_it_is_given(where: tuple[str, str], given: set[str]) -> None:
    assert wording.blanks(WORDS.sentences["en", *where]) <= given


@pytest.mark.parametrize("where", sorted(WORDS.sentences))
def test_sentences_keep_calm(where: tuple[str, str, str]) -> None:
    assert "!" not in WORDS.sentences[where]
