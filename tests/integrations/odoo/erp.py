"""An Odoo in memory behind its two documented interfaces, over real HTTP: models, domains, and the buttons we press."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.integrations.odoo.models import LATER, MODELS
from tests.standing_in import Answering, Quiet

DATABASE, USER, KEY = "lantern", "storekeeper@example.org", "key-only-for-tests"
Row = dict[str, Any]
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda value, wanted: bool(value == wanted or (not value and not wanted)),
    "!=": lambda value, wanted: not (value == wanted or (not value and not wanted)),
    ">": lambda value, wanted: bool(value) and value > wanted,
    ">=": lambda value, wanted: bool(value) and value >= wanted,
    "<": lambda value, wanted: bool(value) and value < wanted,
    "in": lambda value, wanted: value in wanted,
}


class OdooError(Exception):
    """An error as Odoo raises it, by its class."""

    def __init__(self, name: str, status: int = 422) -> None:
        super().__init__(name)
        self.name, self.status = name, status


@dataclass
class Erp:
    """What the database holds, by model and number; `series` is the version whose names it speaks."""

    series: int = 17
    clock: Callable[[], datetime] = lambda: datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
    now: datetime = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
    rows: dict[str, dict[int, Row]] = field(default_factory=lambda: {name: {} for name in MODELS})
    denied: set[str] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)  # records that a rule keeps from us
    faults: list[Any] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # methods whose next answer does not come back
    asked: list[tuple[str, str]] = field(default_factory=list)
    contexts: list[Row] = field(default_factory=list)
    numbers: int = 100
    url: str = ""

    def stamp(self) -> str:
        """The moment of a change; each is at least a second after the last."""
        self.now = max(self.now + timedelta(seconds=1), self.clock())
        return f"{self.now:%Y-%m-%d %H:%M:%S}"

    def fields(self, model: str) -> dict[str, Any]:
        """The fields of a model in this version."""
        added, dropped = LATER.get(model, ({}, ())) if self.series >= 19 else ({}, ())
        kept = {name: kind for name, kind in MODELS[model].items() if name not in dropped}
        return {"id": "integer", "write_date": "datetime", **kept, **added}

    def make(self, model: str, **values: Any) -> int:
        """Make a record, with the records of its lists."""
        self.numbers += 1
        number, kinds = self.numbers, self.fields(model)
        row: Row = {"id": number, "write_date": self.stamp()}
        self.rows[model][number] = row
        row |= {"active": True} if "active" in kinds else {}
        for name, value in values.items():
            if name not in kinds:
                raise OdooError("builtins.ValueError")
            kind = kinds[name]
            if isinstance(kind, tuple) and kind[0] == "o2m":
                for _, _, child in value:
                    self.make(kind[1], **{**child, kind[2]: number})
            else:
                row[name] = value
        if model == "purchase.order":
            row |= {"name": f"P{number:05}", "state": "draft"} | {"date_order": row["write_date"]}
            row.setdefault("date_planned", min((one["date_planned"] for one in self.lines(number)), default=False))
            row.setdefault("picking_type_id", next(iter(self.rows["stock.picking.type"]), False))
        return number

    def change(self, model: str, number: int, **values: Any) -> None:
        """Write into a record."""
        if number not in self.rows[model]:
            raise OdooError("odoo.exceptions.MissingError", 404)
        self.rows[model][number] |= {**values, "write_date": self.stamp()}

    def lines(self, order: int) -> list[Row]:
        """The lines of a purchase order."""
        return [one for one in self.rows["purchase.order.line"].values() if one.get("order_id") == order]

    def value(self, model: str, row: Row, path: str) -> list[Any]:
        """What a path of fields leads to; through a list to many things."""
        name, _, rest = path.partition(".")
        kind = self.fields(model)[name]
        if isinstance(kind, tuple) and kind[0] == "o2m":
            found = [one["id"] for one in self.rows[kind[1]].values() if one.get(kind[2]) == row["id"]]
        else:
            told = row.get(name, False)
            found = told if isinstance(told, list) else [told]
        if not rest:
            return found or [False]
        return [
            one
            for number in found
            if number in self.rows[kind[1]]
            for one in self.value(kind[1], self.rows[kind[1]][number], rest)
        ]

    def fits(self, model: str, row: Row, domain: Sequence[Any]) -> bool:
        """Whether a record fits a domain in Odoo's prefix notation."""

        def one(at: int) -> tuple[bool, int]:
            term = domain[at]
            if term in ("|", "&"):
                left, at = one(at + 1)
                right, at = one(at)
                return (left or right if term == "|" else left and right), at
            path, test, wanted = term
            return any(_TESTS[test](value, wanted) for value in self.value(model, row, path)), at + 1

        at = 0
        while at < len(domain):
            holds, at = one(at)
            if not holds:
                return False
        return True

    def shown(self, model: str, row: Row, names: Sequence[str]) -> Row:
        """A record as it is read: what refers to others with what they are called."""
        told: Row = {"id": row["id"]}
        for name in names:
            kind = self.fields(model)[name]
            if isinstance(kind, tuple) and kind[0] == "m2o":
                other = self.rows[kind[1]].get(row.get(name) or 0)
                told[name] = [other["id"], other.get("name", "")] if other else False
            elif isinstance(kind, tuple):
                told[name] = [one for one in self.value(model, row, name) if one]
            else:
                told[name] = row.get(name, 0.0 if kind == "float" else False)
        return told

    def call(self, model: str, method: str, named: Row) -> Any:
        """A method of a model."""
        self.asked.append((model, method))
        self.contexts.append(named.get("context", {}))
        if model not in self.rows:
            raise OdooError("builtins.KeyError", 404)
        if model in self.denied:
            raise OdooError("odoo.exceptions.AccessError", 403)
        methods = {
            "fields_get": self._fields_get, "search_read": self._search, "read": self._read, "create": self._create,
            "write": self._write, "button_confirm": self._confirm, "button_cancel": self._cancel,
            "action_cancel": self._call_off,
            ("has_access" if self.series >= 18 else "check_access_rights"): self._may,
        }  # fmt: skip
        if method not in methods:
            raise OdooError("builtins.AttributeError", 404)
        return methods[method](model, named)

    def _fields_get(self, model: str, _named: Row) -> dict[str, Row]:
        kinds = self.fields(model)
        return {name: {"type": kind if isinstance(kind, str) else kind[0]} for name, kind in kinds.items()}

    def _may(self, model: str, _named: Row) -> bool:
        return model not in self.denied

    def _read(self, model: str, named: Row) -> list[Row]:
        if self.hidden & set(named["ids"]):
            raise OdooError("odoo.exceptions.AccessError", 403)
        known = [one for one in named["ids"] if one in self.rows[model]]
        return [self.shown(model, self.rows[model][one], named["fields"]) for one in known]

    def _create(self, model: str, named: Row) -> list[int]:
        return [self.make(model, **one) for one in named["vals_list"]]

    def _write(self, model: str, named: Row) -> bool:
        for one in named["ids"]:
            self.change(model, one, **named["vals"])
            if named.get("context", {}).get("update_delivery_shipping_partner"):
                for transfer in self.transfers(one):
                    self.change("stock.picking", transfer["id"], partner_id=named["vals"]["partner_shipping_id"])
        return True

    def _call_off(self, model: str, named: Row) -> Any:
        """Cancel sales orders, or ask first whether the customer should get a mail."""
        orders = [self.rows[model][one] for one in named["ids"]]
        if any(one.get("locked") for one in orders):
            raise OdooError("odoo.exceptions.UserError")
        if not named.get("context", {}).get("disable_cancel_warning"):
            return {"type": "ir.actions.act_window", "res_model": "sale.order.cancel"}
        for order in orders:
            self.change(model, order["id"], state="cancel")
            for transfer in self.transfers(order["id"]):
                if transfer["state"] != "done":
                    self.change("stock.picking", transfer["id"], state="cancel")
        return True

    def transfers(self, order: int) -> list[Row]:
        """The transfers of a sales order."""
        return [one for one in self.rows["stock.picking"].values() if one.get("sale_id") == order]

    def _confirm(self, _model: str, named: Row) -> bool:
        for one in named["ids"]:
            self.confirm(one)
        return True

    def _cancel(self, _model: str, named: Row) -> bool:
        for one in named["ids"]:
            self.cancel(one)
        return True

    def _search(self, model: str, named: Row) -> list[Row]:
        unknown = set(named["fields"]) - set(self.fields(model))
        if unknown:
            raise OdooError("builtins.ValueError")
        everybody = named.get("context", {}).get("active_test", True) is False
        seen = [one for one in self.rows[model].values() if one["id"] not in self.hidden]
        kept = [one for one in seen if everybody or one.get("active", True)]
        found = [one for one in kept if self.fits(model, one, named["domain"])]
        if named.get("order", "").startswith("write_date desc"):
            found.sort(key=lambda one: (one["write_date"], one["id"]), reverse=True)
        else:
            found.sort(key=lambda one: int(one["id"]))
        return [self.shown(model, one, named["fields"]) for one in found[: named.get("limit")]]

    def confirm(self, order: int) -> None:
        """Place an order: a transfer waits for its goods."""
        if self.rows["purchase.order"][order]["state"] in {"draft", "sent"}:
            self.change("purchase.order", order, state="purchase", date_approve=self.stamp())
            self.expect(order)

    def expect(self, order: int) -> int:
        """Make a transfer for what has not come yet."""
        unit = "product_uom_id" if self.series >= 19 else "product_uom"
        picking = self.make("stock.picking", name=f"WH/IN/{order:05}-{self.numbers}", state="assigned", order_id=order)
        for line in self.lines(order):
            self.make(
                "stock.move", product_id=line["product_id"], purchase_line_id=line["id"], picking_id=picking,
                state="assigned", product_uom=line[unit], location_id=self.place("supplier"),
            )  # fmt: skip
        return picking

    def cancel(self, order: int) -> None:
        """Cancel an order nothing of which has come."""
        if any(one.get("qty_received") for one in self.lines(order)):
            raise OdooError("odoo.exceptions.UserError")
        self.change("purchase.order", order, state="cancel")

    def place(self, usage: str) -> int:
        """The place of a kind."""
        return next(number for number, one in self.rows["stock.location"].items() if one["usage"] == usage)

    def receive(self, order: int, units: dict[str, float]) -> None:
        """Take goods in, by internal reference; what is missing stays expected."""
        picking = next(one for one in self.rows["stock.picking"].values()
                       if one.get("order_id") == order and one["state"] == "assigned")  # fmt: skip
        for move in [one for one in self.rows["stock.move"].values() if one.get("picking_id") == picking["id"]]:
            product = self.rows["product.product"][move["product_id"]]
            came = units.get(product["default_code"], 0)
            if not came:
                del self.rows["stock.move"][move["id"]]
                continue
            self.change("stock.move", move["id"], state="done", quantity=came, date=self.stamp())
            line = self.rows["purchase.order.line"][move["purchase_line_id"]]
            self.change("purchase.order.line", line["id"], qty_received=line.get("qty_received", 0) + came)
            self.put(product["id"], came)
        self.change("stock.picking", picking["id"], state="done", date_done=self.stamp())
        if any(one["product_qty"] > one.get("qty_received", 0) for one in self.lines(order)):
            self.expect(order)

    def put(self, product: int, units: float) -> None:
        """Bring units to the shelf, or take them: of what is sold out no record is kept."""
        shelf = self.place("internal")
        quant = next((one for one in self.rows["stock.quant"].values() if one["product_id"] == product), None)
        there = (quant or {}).get("quantity", 0) + units
        if quant is None:
            self.make("stock.quant", product_id=product, location_id=shelf, quantity=there)
        elif there:
            self.change("stock.quant", quant["id"], quantity=there)
        else:
            del self.rows["stock.quant"][quant["id"]]
        if units < 0:
            self.make("stock.move", product_id=product, state="done", quantity=-units, location_id=shelf)


class _Door(Answering, BaseHTTPRequestHandler):
    erp: Erp

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.erp.faults and (fault := self.erp.faults.pop(0)) is not None:
            self._fail(fault)
            return
        is_rpc = self.path == "/jsonrpc"
        try:
            answer = self._by_rpc(body["params"]) if is_rpc else self._by_json_2(body)
        except OdooError as error:
            told = {"name": error.name, "message": "ada.byron@example.org", "debug": "Traceback"}
            if is_rpc:
                self._answer(200, {"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "data": told}})
            else:
                self._answer(error.status, told)
            return
        method = self.erp.asked[-1][1] if self.erp.asked else ""
        if method in self.erp.lost:
            self.erp.lost.remove(method)
            self.close_connection = True
            return
        self._answer(200, {"jsonrpc": "2.0", "id": 1, "result": answer} if is_rpc else answer)

    def _by_rpc(self, params: Row) -> Any:
        database, who, key, *rest = params["args"]
        if params["service"] == "common":
            return 7 if (database, who, key) == (DATABASE, USER, KEY) else False
        if (database, who, key) != (DATABASE, 7, KEY):
            raise OdooError("odoo.exceptions.AccessDenied")
        model, method, args, named = rest
        places = {"create": ("vals_list",), "write": ("ids", "vals")}.get(method, ("ids",))
        return self.erp.call(model, method, {**dict(zip(places, args, strict=False)), **named})

    def _by_json_2(self, body: Row) -> Any:
        if self.headers["Authorization"] != f"bearer {KEY}" or self.headers["X-Odoo-Database"] != DATABASE:
            raise OdooError("werkzeug.exceptions.Unauthorized", 401)
        _, _, _, model, method = self.path.split("/")
        return self.erp.call(model, method, body)

    def _fail(self, fault: Any) -> None:
        """A proxy's page with a status, or an error by its class."""
        if isinstance(fault, int):
            self._send(fault, b"<html><title>Bad Gateway</title></html>", "text/html")
        else:
            self._answer(200, {"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "data": {"name": fault}}})

    def _answer(self, status: int, told: Any) -> None:
        self._send(status, json.dumps(told).encode(), "application/json")

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 its clock is the database's
        return f"{self.erp.now:%a, %d %b %Y %H:%M:%S} GMT"


@contextmanager
def serving(erp: Erp) -> Iterator[str]:
    """The database on a loopback address."""
    server = Quiet(("127.0.0.1", 0), type("Door", (_Door,), {"erp": erp}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    erp.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield erp.url
    finally:
        server.shutdown()
        server.server_close()
