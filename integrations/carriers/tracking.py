"""Asking carriers where a parcel is: how each is asked, what it allows, and how its answer is read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import httpx

from core.clock import Clock, utc_now
from core.exchange.ports import Outcome, Trouble
from core.shipments.model import Heard
from core.systems import Tracking
from integrations.carriers import aftership, dhl, dpd, easypost, fedex, gls, ups, usps
from integrations.carriers.letting_in import Apart, Keys
from integrations.carriers.reading import Reader, Unreadable, part, several, xml
from integrations.http import Call, Http
from integrations.tokens import Token, oauth

Ask = Callable[[str, str], Any]  # by number and carrier; nothing where the number is not known yet


@dataclass(frozen=True)
class Limit:
    """What is asked of one at most: so many parcels in so long, and so many seconds between two calls."""

    calls: int
    every: timedelta
    apart_s: float


@dataclass(frozen=True)
class Line:
    """What it takes to ask one of them."""

    address: str
    keys: Keys
    http: Http
    clock: Clock


@dataclass
class Vendor:
    """One that can be asked."""

    name: str
    limit: Limit
    ask: Ask
    token: Token | None
    zone: ZoneInfo
    http: Http

    @property
    def calls(self) -> int:
        """How many parcels it may be asked about in a round."""
        return self.limit.calls

    @property
    def every(self) -> timedelta:
        """How long a round takes."""
        return self.limit.every

    def is_for(self, carrier: str) -> bool:
        """Whether records call it like that; those who gather for many are asked about all others."""
        names = _KINDS[self.name].called
        return not names or carrier.strip().casefold().startswith(names)

    def track(self, number: str, carrier: str) -> list[Heard]:
        """All that is known of a parcel.

        Raises:
            Trouble: no answer, or none that can be read.
        """
        try:
            answer = self._asked(number, carrier)
            return _KINDS[self.name].read(answer, number, self.zone) if answer is not None else []
        except Unreadable as fault:
            raise Trouble(Outcome.MALFORMED, f"{self.name} answered what cannot be read: {fault}.") from fault

    def let_in(self) -> None:
        """Find out whether the credentials are good, where that costs no question about a parcel.

        Raises:
            Trouble: they are not.
        """
        if self.token is not None:
            self.token.value()

    def _asked(self, number: str, carrier: str) -> Any:
        if self.token is None:
            return self.ask(number, carrier)
        return self.token.renewing(lambda: self.ask(number, carrier))


def vendors(
    settings: Tracking, zone: ZoneInfo, clock: Clock = utc_now, transport: httpx.BaseTransport | None = None
) -> list[Vendor]:
    """Those whose credentials are there: carriers first, then those who gather for all others."""
    found = []
    for name, kind in _KINDS.items():
        identity, secret = settings.credentials(name)
        if not secret:
            continue
        http = Http(kind.label, pacer=Apart(kind.limit.apart_s), transport=transport, clock=clock)
        address = settings.addresses.get(name, kind.address).rstrip("/")
        ask, token = kind.open(Line(address, Keys(identity, secret), http, clock))
        found.append(Vendor(name, kind.limit, ask, token, zone, http))
    return found


def _ups(line: Line) -> tuple[Ask, Token]:
    form, basic = {"grant_type": "client_credentials"}, {"Authorization": line.keys.basic}
    url = f"{line.address}/security/v1/oauth/token"
    token = oauth(line.http, line.clock, Call("token", "POST", url, headers=basic, form=form, repeatable=True))

    def ask(number: str, _carrier: str) -> Any:
        headers = {**token.bearer(), "transId": number[-32:], "transactionSrc": "storekeeper"}
        url = f"{line.address}/api/track/v1/details/{quote(number, safe='')}"
        return line.http.json(Call("tracking", "GET", url, headers=headers))

    return ask, token


def _fedex(line: Line) -> tuple[Ask, Token]:
    url = f"{line.address}/oauth/token"
    token = oauth(line.http, line.clock, Call("token", "POST", url, form=line.keys.granted, repeatable=True))

    def ask(number: str, _carrier: str) -> Any:
        wanted = [{"trackingNumberInfo": {"trackingNumber": number}}]
        body = {"includeDetailedScans": True, "trackingInfo": wanted}
        url = f"{line.address}/track/v1/trackingnumbers"
        return line.http.json(Call("tracking", "POST", url, headers=token.bearer(), body=body, repeatable=True))

    return ask, token


def _usps(line: Line) -> tuple[Ask, Token]:
    url = f"{line.address}/oauth2/v3/token"
    token = oauth(line.http, line.clock, Call("token", "POST", url, body=line.keys.granted, repeatable=True))

    def ask(number: str, _carrier: str) -> Any:
        url = f"{line.address}/tracking/v3/tracking/{quote(number, safe='')}"
        return line.http.json(Call("tracking", "GET", url, headers=token.bearer(), params={"expand": "DETAIL"}))

    return ask, token


def _gls(line: Line) -> tuple[Ask, Token]:
    url = f"{line.address}/oauth2/v2/token"
    token = oauth(line.http, line.clock, Call("token", "POST", url, form=line.keys.granted, repeatable=True))

    def ask(number: str, _carrier: str) -> Any:
        url = f"{line.address}/track-and-trace-v1/tracking/simple/trackids/{quote(number, safe='')}"
        return line.http.json(Call("tracking", "GET", url, headers=token.bearer()))

    return ask, token


def _dhl(line: Line) -> tuple[Ask, None]:
    def ask(number: str, _carrier: str) -> Any:
        url, headers = f"{line.address}/track/shipments", {"DHL-API-Key": line.keys.secret}
        return line.http.json(Call("tracking", "GET", url, headers=headers, params={"trackingNumber": number}))

    return ask, None


_DPD_LOGIN = """<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:ns="http://dpd.com/common/service/types/LoginService/2.0"><soapenv:Body><ns:getAuth>
<delisId>{who}</delisId><password>{secret}</password><messageLanguage>en_EN</messageLanguage>
</ns:getAuth></soapenv:Body></soapenv:Envelope>"""
_DPD_TRACKING = """<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:ns="http://dpd.com/common/service/types/Authentication/2.0"
 xmlns:ns1="http://dpd.com/common/service/types/ParcelLifeCycleService/2.0"><soapenv:Header><ns:authentication>
<delisId>{who}</delisId><authToken>{token}</authToken><messageLanguage>en_EN</messageLanguage>
</ns:authentication></soapenv:Header><soapenv:Body><ns1:getTrackingData>
<parcelLabelNumber>{number}</parcelLabelNumber></ns1:getTrackingData></soapenv:Body></soapenv:Envelope>"""
_XML = {"Content-Type": "text/xml; charset=utf-8"}


def _dpd(line: Line) -> tuple[Ask, Token]:
    who = escape(line.keys.identity)

    def said(name: str, path: str, envelope: str) -> str:
        call = Call(
            name, "POST", f"{line.address}/services/{path}", headers=_XML, content=envelope.encode(), repeatable=True
        )
        return line.http.send(call).content.decode(errors="replace")

    def fetch() -> tuple[str, timedelta]:
        answer = said("token", "LoginService/V2_0/", _DPD_LOGIN.format(who=who, secret=escape(line.keys.secret)))
        try:
            token = xml(answer).findtext(".//{*}authToken") or ""
        except Unreadable:
            token = ""
        if not token:
            raise Trouble(Outcome.UNAUTHORISED, "DPD gives no token; check its DELIS id and password.")
        return token, timedelta(hours=12)  # it lasts until the end of the day; one call a morning more is no harm

    token = Token(fetch, line.clock)

    def ask(number: str, _carrier: str) -> Any:
        envelope = _DPD_TRACKING.format(who=who, token=escape(token.value()), number=escape(number))
        return said("tracking", "ParcelLifeCycleService/V2_0/", envelope)

    return ask, token


def _easypost(line: Line) -> tuple[Ask, None]:
    headers = {"Authorization": Keys(line.keys.secret, "").basic}
    url = f"{line.address}/v2/trackers"

    def ask(number: str, carrier: str) -> Any:
        listed = line.http.json(Call("trackers", "GET", url, headers=headers, params={"tracking_code": number}))
        trackers = several(part({"listed": listed}, "listed").get("trackers"))
        if not trackers:
            body = {"tracker": {"tracking_code": number, **({"carrier": carrier} if carrier else {})}}
            trackers = [line.http.json(Call("a new tracker", "POST", url, headers=headers, body=body))]
        return {"result": trackers[0]}

    return ask, None


def _aftership(line: Line) -> tuple[Ask, None]:
    headers = {"aftership-api-key": line.keys.secret}
    url = f"{line.address}/v4/trackings"

    def ask(number: str, _carrier: str) -> Any:
        listed = line.http.json(Call("trackings", "GET", url, headers=headers, params={"tracking_numbers": number}))
        trackings = several(part({"listed": listed}, "listed", "data").get("trackings"))
        if not trackings:
            body = {"tracking": {"tracking_number": number}}
            made = line.http.json(Call("a new tracking", "POST", url, headers=headers, body=body))
            trackings = [part({"made": made}, "made", "data", "tracking")]
        return {"msg": trackings[0]}

    return ask, None


@dataclass(frozen=True)
class _Kind:
    label: str
    address: str
    limit: Limit
    open: Callable[[Line], tuple[Ask, Token | None]]
    read: Reader
    called: tuple[str, ...] = field(default=())  # how records begin to name it


_FIVE, _HALF_HOUR = timedelta(minutes=5), timedelta(minutes=30)
_KINDS = {
    "ups": _Kind("UPS", "https://onlinetools.ups.com", Limit(100, _FIVE, 0.2), _ups, ups.read,
                 ("ups", "united parcel service")),
    "fedex": _Kind("FedEx", "https://apis.fedex.com", Limit(100, _FIVE, 0.2), _fedex, fedex.read,
                   ("fedex", "federal express")),
    "usps": _Kind("USPS", "https://apis.usps.com", Limit(5, _FIVE, 1.0), _usps, usps.read,  # 60 an hour unless raised
                  ("usps", "united states postal service", "us postal service")),
    "gls": _Kind("GLS", "https://api.gls-group.net", Limit(60, _FIVE, 0.5), _gls, gls.read,
                 ("gls", "general logistics systems")),
    "dhl": _Kind("DHL", "https://api-eu.dhl.com", Limit(5, _HALF_HOUR, 5.0), _dhl, dhl.read,  # 250 a day unless raised
                 ("dhl", "deutsche post")),
    "dpd": _Kind("DPD", "https://public-ws.dpd.com", Limit(60, _FIVE, 0.5), _dpd, dpd.read,
                 ("dpd", "dynamic parcel distribution")),
    "easypost": _Kind("EasyPost", "https://api.easypost.com", Limit(100, _FIVE, 0.25), _easypost, easypost.read),
    "aftership": _Kind("AfterShip", "https://api.aftership.com", Limit(100, _FIVE, 0.15), _aftership, aftership.read),
}  # fmt: skip
