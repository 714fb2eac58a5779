"""A Salesforce org in memory, over real HTTP: signing in, questions, bulk jobs and changes, with limits and faults.

It knows the objects and fields that Salesforce publishes (`objects.json`, see NOTICE.md) and refuses others.
"""

import csv
import io
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.integrations.salesforce.soql import Malformed, Question, parsed
from tests.standing_in import Answering, Quiet

Node = dict[str, Any]
OBJECTS: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "objects.json").read_text(encoding="utf-8"))
KEY = "StorekeeperKey__c"
CLIENT_ID, USERNAME = "3MVG9.of.the.connected.app", "storekeeper@lantern.example"
_PREFIX = {"Account": "001", "Contact": "003", "User": "005", "Product2": "01t", "PricebookEntry": "01u",
           "Pricebook2": "01s", "Order": "801", "OrderItem": "802", "Case": "500", "CaseComment": "00a",
           "ReturnOrder": "0Xy", "ReturnOrderLineItem": "0Xz", "Shipment": "0OB", "ShipmentItem": "0OC",
           "FulfillmentOrder": "0a3"}  # fmt: skip
_NUMBERED = {"Order": "OrderNumber", "OrderItem": "OrderItemNumber", "Case": "CaseNumber",
             "ReturnOrder": "ReturnOrderNumber", "Shipment": "ShipmentNumber"}  # fmt: skip
_WORDS = {
    ("Order", "Status"): ["Draft", "Activated", "Shipped", "Cancelled"],
    ("Case", "Status"): ["New", "Working", "Closed"],
    ("ReturnOrder", "Status"): ["Draft", "Submitted", "Approved", "Closed", "Canceled"],
}


@cache
def key_pair() -> tuple[str, Any]:
    """A private key in PEM, and the public one that the connected app has of it."""
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode(), private.public_key()


class Refused(Exception):
    """What the org says no to, with its status and code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class Org:
    """What the org holds, by object and id; every change moves its clock on, so that versions differ.

    `lacks` are objects and fields that it has not, `faults` what is answered next, `cuts_after` how many calls go well,
    `loses` the call whose answer is lost once, `read_only` fields that nothing may be written to.
    """

    now: datetime = datetime(2026, 6, 15, 9, 29, tzinfo=UTC)
    rows: dict[str, dict[str, Node]] = field(default_factory=dict)
    lacks: set[str] = field(default_factory=set)
    faults: list[Any] = field(default_factory=list)
    cuts_after: int | None = None
    loses: str = ""
    read_only: set[str] = field(default_factory=set)
    words: dict[tuple[str, str], list[str]] = field(default_factory=lambda: dict(_WORDS))
    asked: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    jobs: dict[str, Node] = field(default_factory=dict)
    used: int = 17
    allowed: int = 100_000
    batch: int = 2000
    url: str = ""
    numbers: int = 0
    fields: dict[str, dict[str, str]] = field(
        default_factory=lambda: {
            name: {**fields, **({KEY: "String"} if name in {"Case", "ReturnOrder"} else {})}
            for name, fields in OBJECTS.items()
        }
    )
    _indexes: dict[tuple[str, str], dict[str, list[Node]]] = field(default_factory=dict)

    def add(self, thing: str, **values: Any) -> Node:
        """A new row, with what Salesforce itself fills in."""
        self.numbers += 1
        moment = self.tick()
        row: Node = {
            "Id": f"{_PREFIX[thing]}{self.numbers:012d}AAA", "IsDeleted": False, "CreatedDate": moment,
            "SystemModstamp": moment,
        }  # fmt: skip
        if thing in _NUMBERED:
            row[_NUMBERED[thing]] = f"{self.numbers:08d}"
        if thing == "Order":
            row["StatusCode"] = "Activated"
        if thing == "CaseComment":
            row["CreatedById"] = next(iter(self.rows.get("User", {"": {}})), "")
        self._check(thing, values)
        self.rows.setdefault(thing, {})[row["Id"]] = row | values
        self._indexes.clear()
        row = self.rows[thing][row["Id"]]
        if thing == "Case":
            row["IsClosed"] = row.get("Status") == "Closed"
        return row

    def change(self, row: Node, **values: Any) -> None:
        """Change a row."""
        row.update(values)
        if "IsClosed" in row:
            row["IsClosed"] = row.get("Status") == "Closed"
        row["SystemModstamp"] = self.tick()
        self._indexes.clear()

    def tick(self) -> str:
        """A second later; the moment as Salesforce writes it."""
        self.now += timedelta(seconds=1)
        return written(self.now)

    def add_order(self, account: Node, *bought: tuple[Node, int]) -> Node:
        """An activated order of such products."""
        contact = next((one for one in self.rows["Contact"].values() if one["AccountId"] == account["Id"]), None)
        order = self.add(
            "Order", AccountId=account["Id"], Status="Activated", EffectiveDate=f"{self.now:%Y-%m-%d}",
            ShipToContactId=contact["Id"] if contact else None, ShippingStreet="1 Road\nFlat 2", ShippingCity="Leeds",
            ShippingPostalCode="LS1 1AA", ShippingState=None, ShippingCountry="United Kingdom",
        )  # fmt: skip
        for product, units in bought:
            price = next(one for one in self.rows["PricebookEntry"].values() if one["Product2Id"] == product["Id"])
            self.add("OrderItem", OrderId=order["Id"], Product2Id=product["Id"], Quantity=float(units),
                     UnitPrice=price["UnitPrice"])  # fmt: skip
        return order

    def add_product(self, code: str, name: str, price: float) -> Node:
        """A product with its price in the standard price book."""
        book = next((one for one in self.rows.get("Pricebook2", {}).values()), None)
        book = book or self.add("Pricebook2", Name="Standard", IsActive=True, IsStandard=True)
        product = self.add("Product2", Name=name, ProductCode=code, Family="Kitchen", IsActive=True)
        self.add("PricebookEntry", Product2Id=product["Id"], Pricebook2Id=book["Id"], UnitPrice=price, IsActive=True)
        return product

    def add_account(self, name: str, *emails: str) -> Node:
        """A company with people who have these addresses."""
        account = self.add("Account", Name=name, Phone="+44 113 496 0000", ShippingStreet="1 Road",
                           ShippingCity="Leeds", ShippingPostalCode="LS1 1AA",
                           ShippingCountry="United Kingdom")  # fmt: skip
        for email in emails:
            self.add("Contact", AccountId=account["Id"], Name=email.partition("@")[0].title(), Email=email)
        return account

    def ship(self, order: Node, tracking: str, *what: tuple[Node, int]) -> Node:
        """A shipment of such products."""
        filled = self.add("FulfillmentOrder", OrderId=order["Id"], Status="Fulfilled")
        parcel = self.add("Shipment", FulfillmentOrderId=filled["Id"], TrackingNumber=tracking, Provider="UPS",
                          Status="Shipped", ExpectedDeliveryDate=written(self.now + timedelta(days=2)))  # fmt: skip
        for product, units in what:
            self.add("ShipmentItem", ShipmentId=parcel["Id"], Product2Id=product["Id"], Quantity=float(units))
        return parcel

    def comment(self, case: Node, text: str, *, published: bool = True) -> Node:
        """What one of the org's people says in a case."""
        agent = next((one for one in self.rows.get("User", {}).values()), None)
        agent = agent or self.add("User", Name="Grace Hopper", UserType="Standard", IsActive=True)
        return self.add("CaseComment", ParentId=case["Id"], CommentBody=text, IsPublished=published,
                        CreatedById=agent["Id"])  # fmt: skip

    def everything(self, thing: str) -> list[Node]:
        """The rows of an object that are not in the recycle bin."""
        return [one for one in self.rows.get(thing, {}).values() if not one["IsDeleted"]]

    def answer(self, text: str, *, with_deleted: bool) -> list[Node]:
        """The rows that a question asks for, fields of parents inside them."""
        try:
            question = parsed(text)
        except Malformed as error:
            raise Refused(400, "MALFORMED_QUERY") from error
        if question.thing not in self.fields or question.thing in self.lacks:
            raise Refused(400, "INVALID_TYPE")
        for path in question.named:
            self._type(question.thing, path)
        chosen = [
            row
            for row in self._candidates(question)
            if (with_deleted or not row["IsDeleted"])
            and question.holds(row, lambda one, path: self._value(question.thing, one, path))
        ]
        if question.order:
            chosen.sort(key=lambda row: tuple(row[name] for name in question.order))
        return [self._shown(question, row) for row in chosen[: question.limit]]

    def _candidates(self, question: Question) -> list[Node]:
        if question.among is None:
            return list(self.rows.get(question.thing, {}).values())
        column, wanted = question.among
        index = self._indexes.get((question.thing, column))
        if index is None:
            index = {}
            for row in self.rows.get(question.thing, {}).values():
                index.setdefault(str(self._value(question.thing, row, column)), []).append(row)
            self._indexes[question.thing, column] = index
        return [row for key in sorted(wanted) for row in index.get(key, [])]

    def _type(self, thing: str, path: str) -> str:
        for name in path.split("."):
            if name not in self.fields.get(thing, {}) or f"{thing}.{name}" in self.lacks:
                raise Refused(400, "INVALID_FIELD")
            thing = self.fields[thing][name]
        return thing

    def _value(self, thing: str, row: Mapping[str, Any], path: str) -> Any:
        first, _, rest = path.partition(".")
        if not rest:
            return row.get(first)
        parent = self.rows.get(self.fields[thing][first], {}).get(str(row.get(f"{first}Id")))
        return self._value(self.fields[thing][first], parent, rest) if parent else None

    def _shown(self, question: Question, row: Node) -> Node:
        shown: Node = {"attributes": {"type": question.thing}}
        for path in question.columns:
            *parents, last = path.split(".")
            inside = shown
            for name in parents:
                inside = inside.setdefault(name, {"attributes": {"type": name}})
            inside[last] = self._value(question.thing, row, path)
        return shown

    def _check(self, thing: str, values: Node) -> None:
        for name in values:
            if name not in self.fields[thing] or f"{thing}.{name}" in self.read_only:
                raise Refused(400, "INVALID_FIELD")

    def signed_in(self, form: dict[str, list[str]]) -> Node:
        """A token for whoever shows a statement signed by the key of the connected app."""
        try:
            said = jwt.decode(
                form["assertion"][0], key_pair()[1], ["RS256"], audience=self.url, options={"verify_exp": False}
            )
        except (jwt.PyJWTError, KeyError) as error:
            raise Refused(400, "invalid assertion") from error
        until = datetime.fromtimestamp(said["exp"], UTC)
        if not self.now - timedelta(days=1) < until < self.now + timedelta(days=1):
            raise Refused(400, "expired authorization code")
        if said["iss"] != CLIENT_ID:
            raise Refused(400, "client identifier invalid")
        if said["sub"] != USERNAME:
            raise Refused(400, "user hasn't approved this consumer")
        self.tokens.append(f"00D-token-{len(self.tokens) + 1}")
        return {"access_token": self.tokens[-1], "instance_url": self.url, "token_type": "Bearer"}

    def described(self, thing: str) -> Node:
        """What an object has and shows."""
        if thing not in self.fields or thing in self.lacks:
            raise Refused(404, "NOT_FOUND")
        shown = [name for name in self.fields[thing] if f"{thing}.{name}" not in self.lacks]
        words = {name: [{"value": one, "active": True} for one in self.words.get((thing, name), ())] for name in shown}
        return {"name": thing, "fields": [{"name": name, "picklistValues": words[name]} for name in shown]}

    def bulk(self, body: Node) -> Node:
        """A job that puts all rows of a question together."""
        job: Node = {"id": f"750{len(self.jobs) + 1:012d}AAA", "state": "UploadComplete", "query": body["query"]}
        job["rows"] = self.answer(body["query"], with_deleted=body["operation"] == "queryAll")
        job["numberRecordsProcessed"] = len(job["rows"])
        self.jobs[job["id"]] = job
        return {name: value for name, value in job.items() if name != "rows"}

    def looked_at(self, number: str) -> Node:
        """A job: under way the first time somebody looks, and complete after that."""
        if number not in self.jobs:
            raise Refused(404, "NOT_FOUND")
        job = self.jobs[number]
        job["state"] = {"UploadComplete": "InProgress", "InProgress": "JobComplete"}.get(job["state"], job["state"])
        return {name: value for name, value in job.items() if name != "rows"}

    def results(self, number: str, locator: str, most: int) -> tuple[str, str]:
        """Rows of a job from a place on, as CSV, and the place of the next."""
        if number not in self.jobs:
            raise Refused(404, "NOT_FOUND")
        rows, first = self.jobs[number]["rows"], int(locator or 0)
        flat = [dict(_flat(row)) for row in rows[first : first + most]]
        told = io.StringIO()
        columns = parsed(self.jobs[number]["query"]).columns
        writer = csv.DictWriter(told, columns, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(flat)
        return told.getvalue(), str(first + most) if first + most < len(rows) else "null"


def written(at: datetime) -> str:
    """A moment as Salesforce writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"


def _flat(row: Node, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, dict) and name != "attributes":
            yield from _flat(value, f"{before}{name}.")
        elif name != "attributes":
            yield f"{before}{name}", str(value).lower() if isinstance(value, bool) else value


class _Answers(Answering, BaseHTTPRequestHandler):
    """Answers calls as the org would."""

    org: Org

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_PATCH(self) -> None:
        self._answer("PATCH")

    def _answer(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        org, path = self.org, urlsplit(self.path)
        org.asked.append(f"{method} {path.path}")
        fault = org.faults.pop(0) if org.faults else None
        if org.cuts_after is not None:
            org.cuts_after -= 1
            fault = "cut" if org.cuts_after < 0 else fault
        if fault == "cut":
            self.close_connection = True
            self.connection.close()
            return
        if fault is not None:
            self._send(fault[0], fault[1], json.dumps(fault[2]) if not isinstance(fault[2], str) else fault[2])
            return
        try:
            status, headers, told = self._done(method, path.path, parse_qs(path.query), body)
            if org.loses == f"{method} {path.path}":
                org.loses = ""
                self.close_connection = True
                self.connection.close()
                return
        except Refused as refused:
            said: Any = [{"errorCode": refused.code, "message": "ada@example.org"}]
            if path.path.startswith("/services/oauth2"):
                said = {"error": "invalid_grant", "error_description": refused.code}
            status, headers, told = refused.status, {}, json.dumps(said)
        self._send(status, headers, told)

    def _done(
        self, method: str, path: str, query: dict[str, list[str]], body: bytes
    ) -> tuple[int, dict[str, str], str]:
        org = self.org
        if path == "/services/oauth2/token":
            return 200, {}, json.dumps(org.signed_in(parse_qs(body.decode())))
        if not org.tokens or self.headers.get("authorization") != f"Bearer {org.tokens[-1]}":
            raise Refused(401, "INVALID_SESSION_ID")
        org.used += 1
        if org.used > org.allowed:
            raise Refused(403, "REQUEST_LIMIT_EXCEEDED")
        parts = [unquote(one) for one in path.removeprefix("/services/data/v67.0/").split("/")]
        given = json.loads(body) if body else {}
        if parts[0] == "jobs" and parts[-1] == "results":
            most = min(int(query["maxRecords"][0]), org.batch)
            told, locator = org.results(parts[2], query.get("locator", [""])[0], most)
            return 200, {"Sforce-Locator": locator}, told
        status, told_of = self._told(method, parts, query, given)
        return status, {}, json.dumps(told_of) if told_of is not None else ""

    def _told(self, method: str, parts: list[str], query: dict[str, list[str]], given: Any) -> tuple[int, Any]:
        org = self.org
        if parts[0] == "limits":
            return 200, {"DailyApiRequests": {"Max": org.allowed, "Remaining": org.allowed - org.used}}
        if parts[0] in {"query", "queryAll"}:
            return 200, self._page(parts, query)
        if parts[:2] == ["jobs", "query"]:
            return 200, org.bulk(given) if method == "POST" else org.looked_at(parts[2])
        if parts[0] == "sobjects" and parts[-1] == "describe":
            return 200, org.described(parts[1])
        from tests.integrations.salesforce import changes

        return changes.made(org, method, parts, given)

    def _page(self, parts: list[str], query: dict[str, list[str]]) -> Node:
        org = self.org
        if len(parts) > 1:
            number, _, place = parts[1].partition("-")
            rows, first = org.jobs[number]["rows"], int(place)
        else:
            rows, first = org.answer(query["q"][0], with_deleted=parts[0] == "queryAll"), 0
            number = f"01g{len(org.jobs)}"
            if len(rows) > org.batch:
                org.jobs[number] = {"rows": rows}
        last = first + org.batch
        told: Node = {"totalSize": len(rows), "done": last >= len(rows), "records": rows[first:last]}
        if last < len(rows):
            told["nextRecordsUrl"] = f"/services/data/v67.0/{parts[0]}/{number}-{last}"
        return told

    def _send(self, status: int, headers: dict[str, str], text: str) -> None:
        content = text.encode()
        self.send_response(status)
        usage = {"Sforce-Limit-Info": f"api-usage={self.org.used}/{self.org.allowed}"}
        for name, value in {**usage, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 its clock is the org's
        return f"{self.org.now:%a, %d %b %Y %H:%M:%S} GMT"


@contextmanager
def serving(org: Org) -> Iterator[str]:
    """The org on a loopback address."""
    handler = type("Handler", (_Answers,), {"org": org})
    server = Quiet(("127.0.0.1", 0), handler)
    org.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield org.url
    finally:
        server.shutdown()
        server.server_close()
