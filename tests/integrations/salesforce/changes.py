"""What the stand-in does with changes: single records, records by our own key, and several that go in together."""

import json
import re
from typing import Any

from tests.integrations.salesforce.standin import KEY, Node, Org, Refused


def made(org: Org, method: str, parts: list[str], given: Any) -> tuple[int, Any]:
    """Make a change, or show the record that a key names."""
    if parts == ["composite"]:
        return 200, _together(org, given)
    if parts[:2] == ["composite", "sobjects"]:
        return 200, [_created(org, one["attributes"]["type"], _plain(one)) for one in given["records"]]
    if parts[0] != "sobjects":
        raise Refused(404, "NOT_FOUND")
    thing = parts[1]
    if method == "GET" and parts[2] == KEY:
        known = _keyed(org, thing, parts[3])
        if known is None:
            raise Refused(404, "NOT_FOUND")
        return 200, known
    if method == "POST":
        return 201, _created(org, thing, given)
    _altered(org, thing, parts[2], given)
    return 204, None


def _altered(org: Org, thing: str, number: str, given: Node) -> None:
    row = org.rows.get(thing, {}).get(number)
    if row is None or row["IsDeleted"]:
        raise Refused(404, "ENTITY_IS_DELETED")
    if thing == "Order" and row["Status"] == "Shipped":
        raise Refused(400, "FIELD_INTEGRITY_EXCEPTION")
    for name in given:
        if name not in org.fields[thing]:
            raise Refused(400, "INVALID_FIELD")
    org.change(row, **given)


def _keyed(org: Org, thing: str, key: str) -> Node | None:
    return next((one for one in org.rows.get(thing, {}).values() if one.get(KEY) == key), None)


def _created(org: Org, thing: str, values: Node) -> Node:
    if values.get(KEY) and _keyed(org, thing, values[KEY]) is not None:
        raise Refused(400, "DUPLICATE_VALUE")
    if len(str(values.get("CommentBody", "")).encode()) > 4000:
        raise Refused(400, "STRING_TOO_LONG")
    row = org.add(thing, **values)
    return {"id": row["Id"], "success": True, "errors": []}


def _together(org: Org, given: Any) -> Node:
    """All of them or none, each able to name what those before it made."""
    before = {thing: dict(rows) for thing, rows in org.rows.items()}
    ids: dict[str, str] = {}
    answers: list[Node] = []
    for one in given["compositeRequest"]:
        text = re.sub(r"@\{(\w+)\.id\}", lambda found: ids[found[1]], json.dumps(one["body"]))
        parts = one["url"].removeprefix("/services/data/v67.0/").split("/")
        try:
            status, told = made(org, one["method"], parts, json.loads(text))
        except Refused as refused:
            org.rows = before
            status, told = refused.status, [{"errorCode": refused.code, "message": ""}]
            halted = [{"errorCode": "PROCESSING_HALTED", "message": ""}]
            answers = [{**done, "httpStatusCode": 400, "body": halted} for done in answers]
        if isinstance(told, dict) and "id" in told:
            ids[one["referenceId"]] = told["id"]
        answers.append({"referenceId": one["referenceId"], "httpStatusCode": status, "body": told})
        if status >= 400:
            break
    return {"compositeResponse": answers}


def _plain(record: Node) -> Node:
    return {name: value for name, value in record.items() if name != "attributes"}
