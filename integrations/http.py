"""The one way of calling another system over HTTP: bounded, patient as far as it is safe, and silent about secrets."""

import json
import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypedDict, TypeVar

import httpx

from core.clock import Clock, utc_now
from core.exchange.ports import Outcome, Trouble
from core.mailroom.ports import Later, Never, Unclear
from core.tracing import step

log = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes down whole addresses, with whatever stands in them
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 20.0
_LARGEST = 32 * 1024 * 1024
_PIECE = 65536
Answer = TypeVar("Answer")


class Pacer(Protocol):
    """Keeps to a system's own limits."""

    def wait_s(self, call: "Call", now_s: float) -> float:
        """How long to wait before a call may go."""

    def heed(self, call: "Call", response: httpx.Response, now_s: float) -> None:
        """Learn from what an answer says of the limits."""


class NoPacer:
    """For systems that tell of their limits only when they are reached."""

    def wait_s(self, call: "Call", now_s: float) -> float:  # noqa: ARG002 a pacer that knows no limit
        """Go at once."""
        return 0.0

    def heed(self, call: "Call", response: httpx.Response, now_s: float) -> None:
        """Learn nothing."""


@dataclass(frozen=True)
class Call:
    """One request; `is_repeatable` where sending it twice does no more than once.

    `name` is what logs call it: addresses and contents may hold what is nobody's business.
    """

    name: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    body: Any = None  # sent as JSON
    form: Mapping[str, str] | None = None
    content: bytes | None = None
    repeatable: bool | None = None
    cost: float = 1.0

    @property
    def is_repeatable(self) -> bool:
        """Whether it may be tried again when nobody knows what came of it."""
        return self.method in _IDEMPOTENT if self.repeatable is None else self.repeatable


@dataclass(frozen=True)
class Patience:
    """How long and how often is tried."""

    timeout_s: float = 20.0
    whole_s: float = 60.0
    tries: int = 4
    largest: int = _LARGEST


class Given(TypedDict, total=False):
    """What tests give in place of the network and of waiting."""

    transport: httpx.BaseTransport | None
    sleep: Callable[[float], object]


def by_status(call: Call, response: httpx.Response) -> Trouble | None:  # noqa: ARG001 systems that say no more
    """Nothing beyond its status."""
    return None


@dataclass
class Http:
    """Calls of one system. `transport`, `clock_s`, `sleep` and `chance` are given by tests.

    `meant` reads what a system itself says of an answer that is no good one; None where its status says it all.
    `server_at` is what the system's clock said in its last answer.

    What comes of a call is its answer, or a Trouble: not answering, unauthorised (401), forbidden (403), throttled
    (429), refused (other 4xx) or malformed. A call that may be repeated is tried again after a silence, a 5xx or a 429,
    later and later and never at the same time as others; any call is tried again where it was not taken at all.
    """

    system: str
    patience: Patience = field(default_factory=Patience)
    pacer: Pacer = field(default_factory=NoPacer)
    transport: httpx.BaseTransport | None = None
    clock: Clock = utc_now
    clock_s: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    chance: Callable[[], float] = random.random
    meant: Callable[[Call, httpx.Response], Trouble | None] = field(default=by_status, repr=False)
    server_at: datetime | None = field(default=None, init=False)
    _client: httpx.Client | None = field(default=None, init=False, repr=False)

    def json(self, call: Call) -> Any:
        """The answer as JSON.

        Raises:
            Trouble: there is none, or it is no JSON.
        """
        return as_json(self.system, call.name, self.send(call))

    def send(self, call: Call) -> httpx.Response:
        """The whole answer, once it is a good one.

        Raises:
            Trouble: there is none.
        """
        for attempt in range(1, self.patience.tries + 1):
            trouble, response = self._once(call)
            if response is not None:
                return response
            assert trouble is not None  # noqa: S101 one of the two is there
            if attempt == self.patience.tries or not _may_repeat(call, trouble):
                raise trouble
            pause = self._pause_s(attempt, trouble)
            if pause > _LONGEST_PAUSE_S:
                raise trouble
            log.info("%s: %s, tried again in %.1f s", self.system, trouble.outcome.value, pause)
            self.sleep(pause)
        raise AssertionError("a call is tried at least once")

    def answer(
        self, call: Call, read: Callable[[httpx.Response], Answer], busy: Outcome, pause_s: Callable[[int], float]
    ) -> Answer:
        """What is read of an answer; asked again where it says that the system is busy, `pause_s` by how often.

        Raises:
            Trouble: there is none, or reading it says so.
        """
        for attempt in range(1, self.patience.tries + 1):
            response = self.send(call)
            try:
                return read(response)
            except Trouble as trouble:
                if trouble.outcome is not busy or attempt == self.patience.tries:
                    raise
                self.sleep(pause_s(attempt))
        raise AssertionError("a call is tried at least once")

    def lines(self, call: Call, skip: int = 0) -> Iterator[tuple[int, str]]:
        """The lines of a long answer with the place behind each in bytes, from a place on; it is never held whole.

        Raises:
            Trouble: it breaks off; whoever reads can go on from the last place.
        """
        headers = {**call.headers, **({"Range": f"bytes={skip}-"} if skip else {})}
        with self._open(call, headers) as response:
            self._refuse(call, response)
            begins = skip if response.status_code == httpx.codes.PARTIAL_CONTENT else 0
            yield from _lines(response, begins, skip)

    @contextmanager
    def _open(self, call: Call, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        try:
            with self._connection().stream(
                call.method, call.url, headers=headers, params=call.params or None, json=call.body, data=call.form,
                content=call.content,
            ) as response:  # fmt: skip
                yield response
        except httpx.TransportError as error:
            raise self._silence(call, error) from error
        except httpx.InvalidURL as error:
            raise Trouble(Outcome.REFUSED, f"{self.system} has no address that can be called.") from error

    def _once(self, call: Call) -> tuple[Trouble | None, httpx.Response | None]:
        if (pause := self.pacer.wait_s(call, self.clock_s())) > 0:
            self.sleep(pause)
        try:
            with step("call", system=self.system, call=call.name), self._open(call, call.headers) as response:
                self._read_whole(call, response)
                self.pacer.heed(call, response, self.clock_s())
                self.server_at = _moment(response.headers.get("date", ""))
                if response.status_code >= httpx.codes.BAD_REQUEST and (told := self.meant(call, response)) is not None:
                    raise told
                self._refuse(call, response)
                return None, response
        except Trouble as trouble:
            return trouble, None

    def _read_whole(self, call: Call, response: httpx.Response) -> None:
        """The whole answer, unless it is long or comes in drops."""
        until, read = self.clock_s() + self.patience.whole_s, bytearray()
        for piece in response.iter_bytes(_PIECE):
            read += piece
            if len(read) > self.patience.largest:
                raise Trouble(Outcome.MALFORMED, f"{self.system} answered {call.name} at too great length.")
            if self.clock_s() > until:
                raise httpx.ReadTimeout("the answer came in drops")
        response._content = bytes(read)  # noqa: SLF001 httpx has no other way to keep what was read piece by piece

    def _refuse(self, call: Call, response: httpx.Response) -> None:
        """Raise what an answer's status means, where it is no good one."""
        status = response.status_code
        if status < httpx.codes.BAD_REQUEST and not response.is_redirect:
            return
        told, after = f"{self.system} answered {call.name} with status {status}", _after_s(response, self.clock)
        if status == httpx.codes.UNAUTHORIZED:
            raise Trouble(Outcome.UNAUTHORISED, f"{told}: the credentials are wrong or have expired; renew them.")
        if status == httpx.codes.FORBIDDEN:
            raise Trouble(Outcome.FORBIDDEN, f"{told}: a permission is missing; grant it to the app.")
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise Trouble(Outcome.THROTTLED, f"{told}: too many calls; it goes on by itself later.", after_s=after)
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            may = status != httpx.codes.SERVICE_UNAVAILABLE
            raise Trouble(Outcome.SILENT, f"{told}: it is out of order.", after_s=after, may_have_arrived=may)
        raise Trouble(Outcome.REFUSED, f"{told}.")

    def _silence(self, call: Call, error: httpx.TransportError) -> Trouble:
        left = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError)
        sentence = f"{self.system} does not answer {call.name} ({type(error).__name__})."
        return Trouble(Outcome.SILENT, sentence, may_have_arrived=left)

    def _pause_s(self, attempt: int, trouble: Trouble) -> float:
        grown: float = _FIRST_PAUSE_S * 2.0 ** (attempt - 1) * (0.5 + self.chance())
        return max(grown, trouble.after_s or 0.0)

    def _connection(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(timeout=self.patience.timeout_s, transport=self.transport)
        return self._client

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()
            self._client = None


def as_json(system: str, name: str, response: httpx.Response) -> Any:
    """An answer's JSON.

    Raises:
        Trouble: it is none.
    """
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError) as error:
        raise Trouble(
            Outcome.MALFORMED, f"{system} answered {name} with what is no JSON.", may_have_arrived=True
        ) from error


def as_object(system: str, name: str, response: httpx.Response) -> dict[str, Any]:
    """An answer that is an object of JSON.

    Raises:
        Trouble: it is none.
    """
    answer = as_json(system, name, response)
    if not isinstance(answer, dict):
        raise undocumented(system, name)
    return answer


def undocumented(system: str, name: str) -> Trouble:
    """An answer of a shape that its system does not document; what was asked may have been done."""
    return Trouble(Outcome.MALFORMED, f"{system} answered {name} in no form it documents.", may_have_arrived=True)


def _may_repeat(call: Call, trouble: Trouble) -> bool:
    if trouble.outcome is Outcome.THROTTLED:
        return True
    return trouble.outcome is Outcome.SILENT and (call.is_repeatable or not trouble.may_have_arrived)


def _after_s(response: httpx.Response, clock: Clock) -> float | None:
    """How long an answer asks to wait, in seconds or as a date."""
    said = response.headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(said))
    except ValueError:
        at = _moment(said)
    return None if at is None else max(0.0, (at - clock()).total_seconds())


def _moment(said: str) -> datetime | None:
    """A moment as headers say it."""
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _lines(response: httpx.Response, begins: int, skip: int) -> Iterator[tuple[int, str]]:
    place, rest = begins, b""
    for piece in response.iter_bytes():  # as they come: pieces of one size would keep back what came before a break
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            place += len(line) + 1
            if place > skip:
                yield place, line.decode()
    if rest:
        yield place + len(rest), rest.decode()


def for_courier(trouble: Trouble) -> Later | Unclear | Never:
    """What trouble with a call means for what it was to carry."""
    if trouble.may_have_arrived:
        return Unclear(str(trouble), trouble.after_s)
    if trouble.outcome is Outcome.REFUSED:
        return Never(str(trouble))
    return Later(str(trouble), trouble.after_s)
