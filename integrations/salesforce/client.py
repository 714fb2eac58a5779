"""The REST API: signed in by a key, paid for by the org's daily calls, and its refusals as what they mean."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Unpack

import httpx
import jwt

from core.clock import Clock, utc_now
from core.exchange.ports import Outcome, Trouble
from core.systems import Salesforce
from integrations.connected import calling
from integrations.http import Call, Given, Http, as_object, undocumented
from integrations.salesforce.refusals import meant
from integrations.tokens import Token

VERSION = "v67.0"
LABEL = "Salesforce"
Row = Mapping[str, Any]
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_GOOD_FOR = timedelta(minutes=3)
_ASKED_AGAIN_S = 900.0
_LASTS = timedelta(days=3650)  # how long a session is good nobody says: until it is refused


@dataclass
class DailyCalls:
    """What of the org's daily calls is used up, as `Sforce-Limit-Info` last told; `share` is for reading."""

    share: float
    used: float = 0.0
    told_at_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait_s(self, call: Call, now_s: float) -> float:  # noqa: ARG002 a day is no pause
        """Go at once."""
        return 0.0

    def heed(self, call: Call, response: httpx.Response, now_s: float) -> None:  # noqa: ARG002 one limit for all
        """Keep what an answer says of the day."""
        usage = response.headers.get("sforce-limit-info", "").partition("api-usage=")[2].partition(";")[0]
        used, _, of_all = usage.strip().partition("/")
        if used.isdigit() and of_all.isdigit() and int(of_all):
            with self._lock:
                self.used, self.told_at_s = int(used) / int(of_all), now_s

    def leave_room(self, now_s: float) -> None:
        """Read no more while what is left is needed for changes; a quarter of an hour later one call looks again.

        Raises:
            Trouble: reading has used up its share.
        """
        with self._lock:
            left_s = self.told_at_s + _ASKED_AGAIN_S - now_s
            if self.used >= self.share and left_s > 0:
                told = f"{self.used:.0%} of the org's daily calls are used up"
                raise Trouble(Outcome.THROTTLED, f"{LABEL}: {told}; reading goes on later.", after_s=left_s)


class Client:
    """One org, as our user sees it."""

    def __init__(self, http: Http, settings: Salesforce, calls: DailyCalls, clock: Clock) -> None:
        self.http, self.settings, self.calls, self.clock = http, settings, calls, clock
        self._url = settings.url
        self._session = Token(self._signed_in, clock)

    def get(self, name: str, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """An answer that is an object.

        Raises:
            Trouble: there is none.
        """
        return as_object(LABEL, name, self.ask(name, "GET", path, params=params))

    def query(self, name: str, soql: str) -> Iterator[dict[str, Any]]:
        """The rows of a question, those in the recycle bin among them; fields of parents by their dotted names.

        Raises:
            Trouble: there is no answer.
        """
        answer = self.get(name, "queryAll", {"q": soql})
        while True:
            rows = answer.get("records")
            if not isinstance(rows, list):
                raise undocumented(LABEL, name)
            yield from (flat(row) for row in rows)
            following = str(answer.get("nextRecordsUrl") or "")
            if not following:
                return
            answer = self.get(name, following.rpartition("/services/data/")[2].partition("/")[2])

    def change(self, name: str, method: str, path: str, body: Any, *, repeatable: bool = False) -> dict[str, Any]:
        """What was made; nothing where something was only changed.

        Raises:
            Trouble: it was refused, or nobody knows.
        """
        response = self.ask(name, method, path, body=body, repeatable=repeatable)
        return as_object(LABEL, name, response) if response.content else {}

    def ask(
        self, name: str, method: str, path: str, *,
        params: Mapping[str, str] | None = None, body: Any = None, repeatable: bool | None = None,
    ) -> httpx.Response:  # fmt: skip
        """An answer; once more with a new session where the one we have is no longer good.

        Raises:
            Trouble: there is none.
        """

        def made() -> httpx.Response:
            headers = {**self._session.bearer(), "Accept": "application/json, text/csv"}
            url = f"{self._url}/services/data/{VERSION}/{path}"
            return self.http.send(Call(name, method, url, headers, params or {}, body, repeatable=repeatable))

        return self._session.renewing(made)

    def _signed_in(self) -> tuple[str, timedelta]:
        """Leave for our user, by a statement signed with the key whose certificate the connected app has."""
        login, now = self.settings.login_url, self.clock()
        said = {"iss": self.settings.client_id, "sub": self.settings.username, "aud": login, "exp": now + _GOOD_FOR}
        try:
            signed = jwt.encode(said, self.settings.private_key.get_secret_value(), "RS256")
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Trouble(
                Outcome.UNAUTHORISED, f"{LABEL}: salesforce.private_key is no RSA key in PEM; give the whole file."
            ) from error
        form = {"grant_type": _GRANT, "assertion": signed}
        call = Call("token", "POST", f"{login}/services/oauth2/token", form=form, repeatable=True)
        answer = as_object(LABEL, call.name, self.http.send(call))
        if not answer.get("access_token"):
            raise Trouble(Outcome.MALFORMED, f"{LABEL} gave no token.")
        self._url = str(answer.get("instance_url") or self.settings.url)
        return str(answer["access_token"]), _LASTS


def client(settings: Salesforce, clock: Clock = utc_now, **given: Unpack[Given]) -> Client:
    """The client of the org in the configuration."""
    calls = DailyCalls(settings.reading_share)
    return Client(calling(LABEL, settings, clock, calls, meant, **given), settings, calls, clock)


def flat(row: Any, before: str = "") -> dict[str, Any]:
    """A row with the fields of its parents beside its own.

    >>> flat({"attributes": {"type": "Order"}, "Id": "801", "Account": {"attributes": {}, "Name": "Acme"}})
    {'Id': '801', 'Account.Name': 'Acme'}
    """
    found: dict[str, Any] = {}
    for name, value in row.items() if isinstance(row, Mapping) else ():
        if name == "attributes":
            continue
        if isinstance(value, Mapping):
            found |= flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = value
    return found
