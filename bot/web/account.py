"""A customer's own pages: orders, invoices, and the files behind links."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Generic, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import AsCustomer, Calling, ForMoney
from bot.web.door import door_of
from bot.web.show import go_to, page
from core.billing.service import InvoiceSummary
from core.errors import InvalidInput
from core.money import Money
from core.orders.model import Order
from core.portal import File

router = APIRouter()
_ON_A_PAGE = 20
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
Item = TypeVar("Item")


@dataclass(frozen=True)
class Sheet(Generic[Item]):
    """One sheet of a long list."""

    items: Sequence[Item]
    number: int
    last: int
    count: int


@router.get("/orders")
def orders(request: Request, calling: Calling, customer: AsCustomer, q: str = "", sheet: str = "1") -> Response:
    """My orders, those that have the words where some are given."""
    words = q.strip()[:100]
    found = door_of(request).portal.orders(customer.customer_id)
    fitting = [order for order in found if _mentions(order, words)]
    return page(request, calling, "orders.html", sheet=_sheet(fitting, sheet), words=words, has_any=bool(found))


@router.get("/orders/{number:path}")
def order(request: Request, calling: Calling, customer: AsCustomer, number: str) -> Response:
    """One order with its parcels, documents and returns."""
    found = door_of(request).portal.order(customer.customer_id, number)
    return page(request, calling, "order.html", found=found, order=found.order)


@router.get("/invoices")
def invoices(request: Request, calling: Calling, customer: ForMoney, sheet: str = "1") -> Response:
    """My invoices and credit notes, and what is still to be paid."""
    found = door_of(request).portal.invoices(customer.customer_id)
    return page(request, calling, "invoices.html", sheet=_sheet(found, sheet), due=_due(found))


@router.get("/invoices/{number:path}/pdf")
def invoice_pdf(request: Request, customer: ForMoney, number: str) -> Response:
    """A fresh link to the document."""
    return go_to(door_of(request).portal.invoice_link(customer.customer_id, number))


@router.get("/invoices/{number:path}/xml")
def invoice_xml(request: Request, customer: ForMoney, number: str) -> Response:
    """The document for programs to read."""
    return _enclosed(door_of(request).portal.invoice_xml(customer.customer_id, number))


@router.get("/invoices/statement")
def statement(request: Request, customer: ForMoney, first: str = "", last: str = "") -> Response:
    """A fresh link to a statement of account between two days."""
    days = _day(first), _day(last)
    return go_to(door_of(request).portal.statement_link(customer.customer_id, *days))


@router.get("/statements/{token}")
def statement_file(request: Request, calling: Calling, token: str) -> Response:
    """The statement behind a genuine link."""
    return _enclosed(door_of(request).portal.statement(token, calling.visitor))


@router.get("/files/{token}")
def file(request: Request, calling: Calling, token: str) -> Response:
    """The document behind a genuine link."""
    return _enclosed(door_of(request).portal.file(token, calling.visitor))


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise InvalidInput("Write a day like 2026-06-25.") from error


def _enclosed(found: File) -> Response:
    plain_name = _UNSAFE.sub("_", found.name).strip("._") or "document"
    disposition = f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(found.name, safe='')}"
    return Response(found.content, media_type=found.media_type, headers={"Content-Disposition": disposition})


def _mentions(order: Order, words: str) -> bool:
    known = " ".join([order.order_number, *(f"{line.sku} {line.description}" for line in order.lines)]).casefold()
    return all(word in known for word in words.lstrip("#").casefold().split())


def _sheet(items: Sequence[Item], asked: str) -> Sheet[Item]:
    last = max(1, -(-len(items) // _ON_A_PAGE))
    number = min(int(asked), last) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    number = max(1, number)
    return Sheet(items[(number - 1) * _ON_A_PAGE : number * _ON_A_PAGE], number, last, len(items))


def _due(found: Sequence[InvoiceSummary]) -> list[Money]:
    """What is to be paid, a sum for each currency."""
    open_ones = sorted((one.open_amount for one in found if one.open_amount.minor), key=lambda money: money.currency)
    return [
        Money(sum(money.minor for money in group), currency)
        for currency, group in groupby(open_ones, key=lambda money: money.currency)
    ]
