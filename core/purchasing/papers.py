"""What the supplier gets of a purchase order: a letter with the order as PDF, CSV and JSON, once for each revision.

What a revision says is kept as it was issued, so that its papers are the same whenever they are drawn.
"""

import csv
import io
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core.config import Shop
from core.database.base import lookup
from core.database.upsert import insert_new
from core.errors import NotFound
from core.exchange import writing_back
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.money import Money
from core.purchasing.model import PurchaseOrder
from core.purchasing.order_pdf import order_pdf
from core.purchasing.rows import PaperRow, SupplierRow
from core.purchasing.service import terms_of

KIND = "purchase_order"
_LIFETIME = timedelta(days=3)
_NO_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class PaperFile:
    """A file to attach."""

    name: str
    media_type: str
    content: bytes


def issue(session: Session, order: PurchaseOrder, shop: Shop, now: datetime, note: str = "") -> bool:
    """Write down what the order's present revision says and post it to the supplier; False where that was done.

    A system that the supplier came from keeps the order too, and may be who tells the supplier in place of a letter.
    """
    supplier = session.get_one(SupplierRow, order.supplier)
    content = _content(order, supplier.name, shop, now, note)
    terms = terms_of(session, order.supplier, [line["sku"] for line in content["lines"]])
    for line in content["lines"]:
        if line["sku"] in terms and (packed := terms[line["sku"]].in_packs(line["quantity"])):
            line["packed"] = packed
    kept = {"purchase_order_number": order.purchase_order_number, "revision": order.revision}
    if insert_new(session, PaperRow, {**kept, "content": content, "made_at": now}) is None:
        return False
    detail = {"location": order.location, "lines": len(order.lines)}
    if writing_back.keep_there(session, order.supplier, content, detail, now):
        return True
    number, revision = order.purchase_order_number, order.revision
    subject = f"Purchase order {number}" + (f", revision {revision}" if revision > 1 else "")
    told = {"to": supplier.email, "subject": subject, "text": letter(content), "number": number, "revision": revision}
    key = f"purchase_order:{number}:{revision}"
    outbox.post(session, Outgoing(key, "email", f"supplier:{order.supplier}", KIND, told, _LIFETIME), now)
    return True


def content_of(session: Session, number: str, revision: int) -> dict[str, Any]:
    """What a revision says.

    Raises:
        NotFound: there is none; orders brought from elsewhere have no papers of ours.
    """
    row = session.get(PaperRow, (lookup(number), revision))
    if row is None:
        raise NotFound(f"There is no revision {revision} of purchase order {number[:30]} here.")
    return dict(row.content)


def files(content: dict[str, Any], extra_font: Path | None) -> tuple[PaperFile, ...]:
    """The PDF, the CSV and the JSON of a revision; the same content gives the same bytes."""
    name = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in str(content["number"]))
    name = f"{name}-r{content['revision']}" if content["revision"] > 1 else name
    return (
        PaperFile(f"{name}.pdf", "application/pdf", order_pdf(content, extra_font)),
        PaperFile(f"{name}.csv", "text/csv", order_csv(content)),
        PaperFile(f"{name}.json", "application/json", order_json(content)),
    )


def letter(content: dict[str, Any]) -> str:
    """The order as plain text."""
    currency = content["currency"]
    told = [f"Purchase order {content['number']} to {content['supplier_name']}"]
    if content["revision"] > 1:
        told.append(f"This is revision {content['revision']} and takes the place of those before.")
    if content["note"]:
        told.append(content["note"])
    told += ["", f"From: {', '.join(content['from'])}", f"Deliver to: {', '.join(content['deliver_to'])}"]
    told += [f"Expected: {date.fromisoformat(content['expected_on']):%-d %B %Y}", ""]
    for line in content["lines"]:
        cost, total = Money(line["unit_cost"], currency), Money(line["total"], currency)
        packed = f", {line['packed']}" if line.get("packed") else ""
        told.append(f"{line['quantity']:>7} x {line['sku']:<12} {line['name']}{packed}  at {cost} = {total}")
    if not content["lines"]:
        told.append("Nothing of it is wanted any more.")
    told += ["", f"Total: {Money(content['total'], currency)}", ""]
    told.append(f"Please confirm to {content['contact'] or 'us'}, naming {content['number']}.")
    return "\n".join(told)


def order_csv(content: dict[str, Any]) -> bytes:
    """The order's lines as a table, with nothing that a spreadsheet would take for a formula."""
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\r\n")
    head = ("purchase_order_number", "revision", "line", "sku", "name", "quantity", "unit_cost", "total", "currency",
            "packed")  # fmt: skip
    table.writerow(head)
    for line in content["lines"]:
        cost, total = (str(Money(line[part], content["currency"]).major) for part in ("unit_cost", "total"))
        told = (content["number"], content["revision"], line["line"], line["sku"], line["name"])
        packed = line.get("packed", "")
        table.writerow([*(_plain(one) for one in told), line["quantity"], cost, total, content["currency"], packed])
    return file.getvalue().encode("utf-8-sig")


def order_json(content: dict[str, Any]) -> bytes:
    """The order for programs; docs/schemas/purchase-order.schema.json says what is where."""
    currency = content["currency"]
    kept = ("number", "revision", "supplier", "ordered_on", "expected_on", "currency", "deliver_to", "contact", "note")
    lines = [
        {**line, "unit_cost": _major(line["unit_cost"], currency), "total": _major(line["total"], currency)}
        for line in content["lines"]
    ]
    told = {name: content[name] for name in kept}
    whole = {
        "type": KIND,
        **told,
        "buyer": content["from"],
        "total": _major(content["total"], currency),
        "lines": lines,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def _major(minor: int, currency: str) -> str:
    return str(Money(minor, currency).major)


def _plain(value: Any) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_NO_FORMULA) else text


def _content(order: PurchaseOrder, supplier_name: str, shop: Shop, now: datetime, note: str) -> dict[str, Any]:
    wanted = [line for line in order.lines if line.wanted > 0]
    return {
        "number": order.purchase_order_number,
        "revision": order.revision,
        "supplier": order.supplier,
        "supplier_name": supplier_name,
        "from": [shop.name, *shop.address],
        "deliver_to": [order.location_name, *shop.address],
        "issued_on": now.astimezone(shop.zone).date().isoformat(),
        "ordered_on": order.ordered_at.astimezone(shop.zone).date().isoformat(),
        "expected_on": order.expected_on.isoformat(),
        "currency": order.total.currency,
        "locale": shop.locale,
        "contact": shop.email,
        "note": note,
        "total": order.total.minor,
        "lines": [
            {
                "line": line.line,
                "sku": line.sku,
                "name": line.name,
                "quantity": line.wanted,
                "unit_cost": line.unit_cost.minor,
                "total": line.total.minor,
            }
            for line in wanted
        ],
    }
