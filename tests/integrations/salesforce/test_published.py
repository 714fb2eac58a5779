"""Every field that is asked for is one that Salesforce publishes, of an object that has it."""

import gzip
import json
from pathlib import Path

import pytest

from integrations.salesforce.objects import THINGS
from tests.integrations.salesforce.standin import OBJECTS

PUBLISHED = next(
    (found for up in Path(__file__).parents if (found := up.parent / "shared/data/api/salesforce").is_dir()), Path()
)


def has(objects: dict[str, dict[str, str]], thing: str, path: str) -> bool:
    """Whether an object has a field, or a parent that has it."""
    first, _, rest = path.partition(".")
    kind = objects.get(thing, {}).get(first)
    return kind is not None and (not rest or has(objects, kind, rest))


@pytest.mark.parametrize("name", sorted(THINGS))
def test_every_field_is_in_the_cut_that_the_stand_in_goes_by(name: str) -> None:
    thing = THINGS[name]
    assert [one for one in (*thing.needed, *thing.optional) if not has(OBJECTS, name, one)] == []


def test_the_cut_is_what_is_published() -> None:
    if Path() == PUBLISHED:
        pytest.skip("the published objects are not here")
    told = json.loads(gzip.decompress((PUBLISHED / "standard_objects_v67.json.gz").read_bytes()))
    published = {name: one["fields"] for name, one in told.items()}
    for name, fields in OBJECTS.items():
        assert fields.items() <= published[name].items()
