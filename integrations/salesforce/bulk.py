"""Everything there is of an object, put together by the Bulk API and read in pieces by its locator."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from core.exchange.model import Cursor
from core.exchange.ports import Outcome, Trouble
from integrations.salesforce.client import LABEL, Client
from integrations.salesforce.refusals import Refusal

_GOING_ON = frozenset({"UploadComplete", "InProgress"})
_AT_ONCE, _POLL_S = 2000, 2.0


@dataclass(frozen=True)
class Piece:
    """Rows, and from where to go on after them; no rows while the job is still being worked at."""

    rows: list[dict[str, Any]]
    cursor: Cursor


def pieces(client: Client, name: str, soql: str, cursor: Cursor | None, size: int) -> Iterator[Piece]:
    """All rows, at most so many at once; whoever was cut off goes on behind the rows that were taken.

    Raises:
        Trouble: it does not answer, or the job came to nothing and begins anew the next time.
    """
    if not cursor:
        client.calls.leave_room(client.http.clock_s())
        job = client.change(f"bulk {name}", "POST", "jobs/query", {"operation": "query", "query": soql})
        cursor = {"job": str(job.get("id")), "locator": "", "skip": 0, "read": 0}
        yield Piece([], cursor)
    job = _looked_at(client, name, cursor)
    while job.get("state") in _GOING_ON:
        client.http.sleep(_POLL_S)
        yield Piece([], cursor)  # shows that somebody is at it
        job = _looked_at(client, name, cursor)
    if job.get("state") != "JobComplete":
        yield Piece([], {})  # the next reading begins anew
        raise Trouble(Outcome.REFUSED, f"{LABEL} could not put all {name} together; it begins anew next time.")
    for piece in _results(client, name, cursor, size):
        cursor = piece.cursor
        yield piece
    if cursor["read"] < int(job.get("numberRecordsProcessed") or 0):
        yield Piece([], {})
        raise Trouble(Outcome.SILENT, f"{LABEL} gave fewer {name} than it counted; it begins anew next time.")


def _looked_at(client: Client, name: str, cursor: Cursor) -> dict[str, Any]:
    """A job as it stands; nothing where it was removed."""
    try:
        return client.get(f"bulk {name}", f"jobs/query/{quote(cursor['job'], safe='')}")
    except Refusal as refusal:
        if refusal.code == "NOT_FOUND":
            return {}
        raise


def _results(client: Client, name: str, cursor: Cursor, size: int) -> Iterator[Piece]:
    locator = cursor["locator"]
    while locator != "null":
        asked = {"maxRecords": str(_AT_ONCE), **({"locator": locator} if locator else {})}
        answer = client.ask(f"bulk {name}", "GET", f"jobs/query/{quote(cursor['job'], safe='')}/results", params=asked)
        following = answer.headers.get("sforce-locator", "")
        if not following:
            raise Trouble(Outcome.MALFORMED, f"{LABEL} answered bulk {name} without saying how it goes on.")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
        for first in range(cursor["skip"], len(rows), size):
            taken = [{key: value or None for key, value in row.items()} for row in rows[first : first + size]]
            cursor = {**cursor, "skip": first + len(taken), "read": cursor["read"] + len(taken)}
            yield Piece(taken, cursor)
        locator = following
        cursor = {**cursor, "locator": locator, "skip": 0}
