"""Who a request comes from, and whether it was really meant: sessions, guests' browsers, form tokens."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from bot.web.door import door_of
from bot.web.ingress import plain, read_form, read_json
from core.accounts.model import SESSION_LONGEST, Customer, Staff, Visitor
from core.chat import Speaker, Upload
from core.conversation.wording import DEFAULT
from core.errors import InvalidInput, PortalError, Refused

LISTENING = "/api/chat/events"
SESSION, BROWSER, LANGUAGE = "storekeeper_session", "storekeeper_browser", "storekeeper_language"
_TOKEN = re.compile(r"[\w-]{20,100}", re.ASCII)
_MOST_FILES, _MOST_PARTS = 20, 20
_BROWSER_LIFETIME_S = 30 * 86400
_LANGUAGE_LIFETIME_S = 365 * 86400


class SignInFirst(PortalError):
    """The page is for somebody who has signed in."""


@dataclass(frozen=True)
class Caller:
    """Somebody at the door: a visitor who signed in, or a guest known by a random number in the browser."""

    visitor: Visitor | None
    browser: str
    form_token: str
    language: str = DEFAULT

    @property
    def customer(self) -> Customer | None:
        """The customer who signed in."""
        return self.visitor.customer if self.visitor else None

    @property
    def staff(self) -> Staff | None:
        """The person of the shop who signed in."""
        return self.visitor.staff if self.visitor else None

    @property
    def chat(self) -> str:
        """The chat this caller writes in; a guest's does not give the browser's number away."""
        return self.visitor.chat if self.visitor else "guest:" + hashlib.sha256(self.browser.encode()).hexdigest()[:24]

    @property
    def person(self) -> str | None:
        """The person as transcripts name them; None for a guest."""
        if self.staff:
            return f"staff:{self.staff.email}"
        return f"customer:{self.customer.customer_id}" if self.customer else None

    @property
    def speaker(self) -> Speaker:
        """Who is talking, as far as this browser proved it."""
        if self.visitor is None:
            return Speaker(language=self.language)
        proof = self.visitor.proof
        if self.staff:
            return Speaker(staff_id=self.staff.email, proof=proof)
        customer = self.customer
        if customer is None:
            return Speaker()
        member = self.visitor.member.email if self.visitor.member else ""
        return Speaker(customer.customer_id, proof=proof, language=customer.language, member=member)


def caller(request: Request) -> Caller:
    """Who calls; a browser seen for the first time gets its number."""
    door = door_of(request)
    browser = _browser(request)
    token = request.cookies.get(SESSION, "")
    asked_by_hand = request.url.path != LISTENING  # a page that only listens does not keep its session alive
    visitor = door.portal.visitor(token, keeps_alive=asked_by_hand) if _TOKEN.fullmatch(token) else None
    form_token = visitor.form_token if visitor else door.guest_form_token(browser)
    return Caller(visitor, browser, form_token, _language(request, visitor))


Calling = Annotated[Caller, Depends(caller)]


def signed_in_customer(calling: Calling) -> Customer:
    """The customer whose pages are asked for.

    Raises:
        SignInFirst: nobody signed in.
        Refused: somebody of the shop, who has no orders of their own.
    """
    if calling.customer:
        return calling.customer
    if calling.staff:
        raise Refused("This page is for customers; it shows what one of them ordered.", "customers-only")
    raise SignInFirst("Please sign in to see this page.")


def customers_visit(calling: Calling, customer: Annotated[Customer, Depends(signed_in_customer)]) -> Visitor:  # noqa: ARG001
    """The session of a customer, or of one of their people."""
    if calling.visitor is None:
        raise SignInFirst("Please sign in to see this page.")
    return calling.visitor


def customer_with_money(request: Request, visitor: Annotated[Visitor, Depends(customers_visit)]) -> Customer:
    """The customer whose invoices are asked for, by somebody whose role goes with that.

    Raises:
        Refused: one of a company account's people whose role does not.
    """
    if visitor.customer is None or not door_of(request).portal.may(visitor, "money"):
        raise Refused("Your role in this account does not go with invoices; ask whoever holds the account.", "role")
    return visitor.customer


def signed_in_staff(calling: Calling) -> Staff:
    """The person of the shop who asks.

    Raises:
        SignInFirst: nobody signed in.
        Refused: a customer.
    """
    if calling.staff:
        return calling.staff
    if calling.customer:
        raise Refused("This page is for people of the shop.", "staff-only")
    raise SignInFirst("Please sign in to see this page.")


def signed_in_planner(staff: Annotated[Staff, Depends(signed_in_staff)]) -> Staff:
    """The planner who asks.

    Raises:
        Refused: somebody of the shop who does not plan.
    """
    if not staff.may_plan:
        raise Refused("This page is for planners; ask an admin for that role.", "planners-only")
    return staff


async def posted(request: Request, calling: Calling) -> dict[str, str]:
    """The fields of a form that this browser was given and meant to send.

    Raises:
        InvalidInput: not a form.
        Refused: sent from another site, or without the form's token.
    """
    _refuse_other_sites(request)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise InvalidInput("That is not a form of ours. Load the page again and send it once more.")
    fields = read_form(await request.body())
    _require_token(fields, calling)
    return fields


@dataclass(frozen=True)
class Sending:
    """A form that may have files with it."""

    fields: dict[str, str]
    files: tuple[Upload, ...] = ()


async def posted_with_files(request: Request, calling: Calling) -> Sending:
    """The fields and files of a form that this browser was given and meant to send.

    Raises:
        InvalidInput: not a form, or with more in it than any form of ours.
        Refused: sent from another site, or without the form's token.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return Sending(await posted(request, calling))
    _refuse_other_sites(request)
    sending = await _parts(request)
    _require_token(sending.fields, calling)
    return sending


async def _parts(request: Request) -> Sending:
    fields: dict[str, str] = {}
    sent: list[Upload] = []
    try:
        async with request.form(max_files=_MOST_FILES, max_fields=_MOST_PARTS) as form:
            for name, value in form.multi_items():
                if isinstance(value, str):
                    fields[name] = plain(value)
                elif value.filename:
                    sent.append(Upload(plain(value.filename), await value.read()))
    except HTTPException as error:
        raise InvalidInput("The form could not be read. Load the page again and send it once more.") from error
    return Sending(fields, tuple(sent))


def _require_token(fields: dict[str, str], calling: Caller) -> None:
    given = fields.get("form_token", "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, calling.form_token.encode()):
        raise Refused("This form is no longer valid. Load the page again and send it once more.", "form-token")


async def posted_json(request: Request) -> dict[str, object]:
    """The JSON object that a script, or a page of ours, sent.

    Raises:
        InvalidInput: not JSON.
        Refused: sent from another site.
    """
    _refuse_other_sites(request, allow_unknown=False)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise InvalidInput("Send JSON, with the header Content-Type: application/json.")
    return read_json(await request.body())


AsCustomer = Annotated[Customer, Depends(signed_in_customer)]
AsVisitor = Annotated[Visitor, Depends(customers_visit)]
ForMoney = Annotated[Customer, Depends(customer_with_money)]
AsStaff = Annotated[Staff, Depends(signed_in_staff)]
AsPlanner = Annotated[Staff, Depends(signed_in_planner)]
Fields = Annotated[dict[str, str], Depends(posted)]
WithFiles = Annotated[Sending, Depends(posted_with_files)]
Sent = Annotated[dict[str, object], Depends(posted_json)]


def keep_language(request: Request, language: str) -> None:
    """Let the browser remember which language its pages are in."""
    _keep_cookie(request, LANGUAGE, language, _LANGUAGE_LIFETIME_S)


def _language(request: Request, visitor: Visitor | None) -> str:
    """A customer's own language; else the one chosen in this browser, or the first it asks for that pages are in."""
    if visitor and visitor.customer:
        return visitor.customer.language
    asked = request.headers.get("accept-language", "")[:200]
    wanted = [request.cookies.get(LANGUAGE, ""), *(part.strip()[:2].lower() for part in asked.split(","))]
    return next((one for one in wanted if one in door_of(request).paper.languages), DEFAULT)


def start_session(request: Request, token: str) -> None:
    """Let the browser keep a session's token."""
    _keep_cookie(request, SESSION, token, int(SESSION_LONGEST.total_seconds()))


def end_session(request: Request) -> None:
    """Make the browser forget the session, and be somebody new."""
    _keep_cookie(request, SESSION, "", 0)
    _keep_cookie(request, BROWSER, secrets.token_urlsafe(32), _BROWSER_LIFETIME_S)


def _browser(request: Request) -> str:
    known = request.cookies.get(BROWSER, "")
    if _TOKEN.fullmatch(known):
        return known
    fresh = secrets.token_urlsafe(32)
    _keep_cookie(request, BROWSER, fresh, _BROWSER_LIFETIME_S)
    return fresh


def _keep_cookie(request: Request, name: str, value: str, lifetime_s: int) -> None:
    cookie: SimpleCookie = SimpleCookie()
    cookie[name] = value
    crumb = cookie[name]
    crumb["path"], crumb["max-age"], crumb["httponly"], crumb["samesite"] = "/", str(lifetime_s), True, "Lax"
    if door_of(request).is_https:
        crumb["secure"] = True
    request.scope.setdefault("state", {}).setdefault("cookies", []).append(cookie.output(header="").strip())


def _refuse_other_sites(request: Request, *, allow_unknown: bool = True) -> None:
    """Refuse what a page of another site made this browser send; scripts name no site at all.

    A form of ours says “Origin: null”, because our pages send no referrer; its token proves where it is from.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_ours = site in {"same-origin", "none"}
    elif origin == "null":
        is_ours = allow_unknown
    else:
        hosts = {_host_of(door_of(request).config.web.base_url), request.headers.get("host", "").lower()}
        is_ours = origin is None or _host_of(origin) in hosts
    if not is_ours:
        raise Refused("This was sent from another site and was not accepted.", "other-site")


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return "?"
