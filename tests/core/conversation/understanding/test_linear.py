"""The model of words and their pieces."""

import numpy as np
import pytest

from core.conversation.understanding.linear import Example, LinearModel, words_of

EXAMPLES = [
    Example(text, label)
    for label, texts in {
        "track": ["where is my order", "track my parcel", "when does my parcel arrive", "parcel status"],
        "bill": ["send me the invoice", "my invoice please", "a copy of the bill", "download the invoice"],
        "hello": ["hello", "hello there", "good morning", "hi"],
    }.items()
    for text in texts
]


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return LinearModel(EXAMPLES)


@pytest.mark.parametrize(
    ("text", "label"),
    [("where is the parcel", "track"), ("send the invoise", "bill"), ("helo", "hello"), ("my parcell", "track")],
)
def test_what_was_not_learnt_word_for_word_is_recognised(model: LinearModel, text: str, label: str) -> None:
    assert model.labels[int(np.argmax(model.probabilities(text)))] == label


@pytest.mark.parametrize("text", ["", "where is my order", "zzz qqq", "注文"])
def test_probabilities_add_up_to_one(model: LinearModel, text: str) -> None:
    likely = model.probabilities(text)
    assert likely.shape == (3,)
    assert np.all(likely > 0)
    assert float(likely.sum()) == pytest.approx(1.0, abs=1e-5)


def test_unknown_words_around_it_make_a_request_less_certain(model: LinearModel) -> None:
    plain = model.probabilities("send me the invoice").max()
    assert model.probabilities("send me the invoice xylophone quartz vortex jukebox").max() < plain


def test_training_twice_gives_the_same(model: LinearModel) -> None:
    again = LinearModel(EXAMPLES)
    assert np.array_equal(again.probabilities("track the invoice"), model.probabilities("track the invoice"))


def test_words_lose_their_apostrophes_and_kinds_stay_whole() -> None:
    assert words_of("where's <id>?") == ["wheres", "<id>", "?"]
    assert len(words_of("word " * 500)) == 60
