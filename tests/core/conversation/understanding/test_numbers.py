"""A number of an order is the same number however it is typed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.conversation.resolve import number_meant
from core.conversation.understanding import Reader
from tests.core.conversation.understanding.conftest import TODAY

SCRIPTS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "๐๑๒๓๔๕๖๗๘๙")
OTHERS = ("58140417", "W9034117", "SO-77781")
NAMED = ("where is order {}", "Order {}", "order no. {} please", "cancel order {}", "what about my order number {}?",
         "send me the invoice for order {}", "i want to return something from order {}")  # fmt: skip
BARE = (
    "where is {}",
    "track {}",
    "cancel {}",
    "reorder {} please",
    "status of {} please",
    "wo ist {}",
    "bitte {} stornieren",
)
ENDS = ("where is the order ending {}", "the one that ends in {}", "my order, last four digits {}")


def is_told(number: str) -> bool:
    """Whether no other number ends like it, and it is no year."""
    return all(not other.endswith(number[-4:]) for other in OTHERS) and not 1900 <= int(number) < 2100


digits = st.integers(1_000, 999_999_999).map(str).filter(is_told)
numbers = st.builds(str.__add__, st.sampled_from(["", "", "W", "SO-"]), digits)


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, str]:
    """A number, and a message in which somebody types it in a way of their own."""
    number = draw(numbers)
    plain = number.lstrip("WSO-")
    way = draw(st.sampled_from(["as it is", "small", "hash", "zeros", "spaces", "no prefix", "last four"]))
    if way == "last four":
        return number, draw(st.sampled_from(ENDS)).format(plain[-4:])
    frames = NAMED if way in {"spaces", "zeros"} else (*NAMED, *BARE)
    size = draw(st.integers(2, 3))
    chunks = [plain[at : at + size] for at in range(0, len(plain), size)]
    is_spaced = len(chunks[-1]) > 1
    said = {
        "as it is": number,
        "small": number.lower(),
        "hash": draw(st.sampled_from(["#", "# "])) + number,
        "zeros": "0" * draw(st.integers(1, 4)) + plain,
        "spaces": " ".join(chunks) if is_spaced else plain,
        "no prefix": plain,
    }[way]
    script = draw(st.sampled_from(SCRIPTS))
    return number, draw(st.sampled_from(frames)).format(said.translate(str.maketrans(SCRIPTS[0], script)))


@settings(max_examples=300, deadline=None)
@given(typed())
def test_an_order_is_found_however_its_number_is_typed(reader: Reader, said: tuple[str, str]) -> None:
    number, text = said
    read = [slot.value for slot in reader.read(text, today=TODAY).slots if slot.name == "order_number"]
    assert [number_meant([*OTHERS, number], one) for one in read] == [number]


@given(numbers, st.text(max_size=12))
def test_a_number_that_is_nobodys_is_left_as_it_was_typed(number: str, other: str) -> None:
    assert number_meant([], other) == other
    assert number_meant([number], other) in {number, other}
