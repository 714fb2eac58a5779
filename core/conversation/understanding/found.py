"""Something recognised in a folded text, and the keeping apart of what is recognised there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

_MOST = 60  # nobody means more numbers than that, and each is compared with all


@dataclass(frozen=True)
class Found:
    """A slot's value and where it stands; `kind` is what the rest of the text may read in its place.

    `is_bare` marks a number that nothing beside it explains.
    """

    name: str
    value: str
    start: int
    end: int
    is_bare: bool = False


@dataclass
class Claims:
    """Stretches of a text that mean something already, so that nothing else reads them again."""

    found: list[Found] = field(default_factory=list)

    def add(self, candidates: Iterable[Found]) -> None:
        """Take those that overlap nothing taken before."""
        for candidate in candidates:
            if len(self.found) >= _MOST:
                return
            if self.is_free(candidate.start, candidate.end):
                self.found.append(candidate)

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing is claimed between two places."""
        return all(end <= other.start or start >= other.end for other in self.found)

    def cut(self, start: int, end: int) -> "Claims":
        """The claims inside a stretch, counted from where it begins."""
        return Claims(
            [replace(found, start=found.start - start, end=found.end - start) for found in self.within(start, end)]
        )

    def within(self, start: int, end: int) -> Iterator[Found]:
        """What is claimed inside a stretch."""
        return (found for found in self.found if start <= found.start and found.end <= end)

    def masked(self, text: str, start: int, end: int) -> str:
        """A stretch of the text with what is claimed in it replaced by its kind."""
        pieces, at = [], start
        for found in sorted(self.within(start, end), key=lambda one: one.start):
            pieces += [text[at : found.start], _KINDS.get(found.name, f"<{found.name}>")]
            at = found.end
        return "".join([*pieces, text[at:end]])


# What the words around do not depend on is one kind: an order's number reads like an invoice's.
_KINDS = {
    "order_number": "<id>",
    "invoice_number": "<id>",
    "tracking_number": "<id>",
    "return_number": "<return>",
    "ticket_number": "<ticket>",
    "period": "<date>",
    "quantity": "<number>",
}
