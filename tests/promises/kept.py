"""The promises, one function each: what is wrong after a step, nothing where the promise is kept."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from core.mailroom.outbox import URGENT
from core.notifications.model import KINDS
from tests.promises import stall
from tests.promises.books import Books, Evidence, Row

Faults = Iterator[str]
STATUSES = ("open", "packed", "shipped", "delivered", "cancelled")
GONE_STATES = frozenset({"sent", "dead", "withdrawn", "unknown"})
UNDER_WAY = frozenset({"approved", "sent", "confirmed"})


def promise_01_a_proposal_leaves_open_once(seen: Evidence) -> Faults:
    after = seen.now.by("proposals", "proposal_id")
    for row in seen.before["proposals"]:
        now = after[row["proposal_id"]]
        if row["status"] != "open" and (now["status"], now["decided_by"]) != (row["status"], row["decided_by"]):
            yield f"proposal {row['proposal_id']} went from {row['status']} to {now['status']}"


def promise_02_one_approved_revision_is_one_purchase_order(seen: Evidence) -> Faults:
    placed = Counter(row["proposal_id"] for row in seen.now["purchase_orders"] if row["proposal_id"] is not None)
    for row in seen.now["proposals"]:
        if placed[row["proposal_id"]] != (row["status"] == "approved"):
            yield f"proposal {row['proposal_id']} is {row['status']} and has {placed[row['proposal_id']]} orders"


def promise_06_what_is_approved_is_what_was_shown(seen: Evidence) -> Faults:
    for row in seen.now["proposals"]:
        lines = [[line["sku"], line["quantity"], line["unit_cost"]]
                 for line in seen.now.of("proposal_lines", proposal_id=row["proposal_id"])]  # fmt: skip
        shown = json.dumps([row["supplier"], row["location"], row["revision"], lines], separators=(",", ":"))
        if hashlib.sha256(shown.encode()).hexdigest()[:32] != row["content_hash"]:
            yield f"proposal {row['proposal_id']} is not what its fingerprint says"


def promise_08_an_expired_proposal_cannot_be_approved(seen: Evidence) -> Faults:
    for row in seen.now.of("proposals", status="approved"):
        if row["decided_at"] >= row["expires_at"]:
            yield f"proposal {row['proposal_id']} was approved after its time"


def promise_09_nobody_approves_above_their_limit(seen: Evidence) -> Faults:
    before = {row["purchase_order_number"] for row in seen.before["purchase_orders"]}
    people = seen.now.by("staff", "email")
    proposals = seen.now.by("proposals", "proposal_id")
    for row in seen.now["purchase_orders"]:
        if row["proposal_id"] is None or row["purchase_order_number"] in before:
            continue
        person = people.get(row["approved_by"])
        limit = person["approval_limit"] if person else -1
        if person is None or person["role"] not in {"planner", "admin"}:  # 13: rights as they are at the click
            yield f"{row['purchase_order_number']} was approved by {row['approved_by']}, who may not plan"
        elif limit is not None and proposals[row["proposal_id"]]["total"] > limit:
            yield f"{row['purchase_order_number']} is above the limit of {row['approved_by']}"


def promise_10_four_eyes_are_two_people_and_no_editor(seen: Evidence) -> Faults:
    for row in seen.now.of("proposals", status="approved"):
        yes = {one["staff"] for one in seen.now.of("approvals", proposal_id=row["proposal_id"],
                                                    revision=row["revision"])}  # fmt: skip
        counted = yes - set(row["editors"] or [])  # 11: those of an earlier revision do not count
        if row["total"] > stall.FOUR_EYES_ABOVE * 100 and len(counted) < 2:
            yield f"proposal {row['proposal_id']} had the yes of {sorted(counted)} only"


def promise_12_splitting_does_not_get_round_a_limit(seen: Evidence) -> Faults:
    was_open = {row["proposal_id"] for row in seen.before.of("proposals", status="open")}
    people, proposals = seen.now.by("staff", "email"), seen.now.by("proposals", "proposal_id")
    by_whom = {row["proposal_id"]: row["approved_by"] for row in seen.now["purchase_orders"]}
    for row in seen.now.of("proposals", status="approved"):
        if row["proposal_id"] not in was_open:
            continue
        together = seen.now.counted_with(row)
        limit = people[by_whom[row["proposal_id"]]]["approval_limit"]
        total = sum(one["total"] for one in together)
        if limit is not None and total > limit:
            yield f"proposal {row['proposal_id']} is one with {total}, above the limit of {limit}"
        editors = {editor for one in together for editor in one["editors"] or []}
        yes = {one["staff"] for one in seen.now.of("approvals", proposal_id=row["proposal_id"],
                                                    revision=row["revision"])}  # fmt: skip
        if total > stall.FOUR_EYES_ABOVE * 100 and len(yes - editors) < 2:
            yield f"proposal {row['proposal_id']}, one with {total}, had the yes of {sorted(yes - editors)} only"
    for one in seen.now.of("audit", act="proposal_split"):
        first, second = int(one["subject"].partition(":")[2]), int(one["detail"]["into"])
        if seen.now.root_of(proposals[first]) != seen.now.root_of(proposals[second]):
            yield f"proposal {second} was split from {first} and counts apart"


def promise_14_an_order_is_sent_at_most_once_or_held(seen: Evidence) -> Faults:
    arrived = Counter(one.key for one in seen.world.office.taken if one.kind == "purchase_order")
    retried = seen.world.retried
    for key, times in arrived.items():
        if times > 1 + retried[key]:
            yield f"{key} arrived {times} times"


def promise_15_lines_and_total_are_what_was_approved(seen: Evidence) -> Faults:
    proposals = seen.now.by("proposals", "proposal_id")
    for row in seen.now["purchase_orders"]:
        if row["proposal_id"] is None:
            continue
        approved = Counter({(line["sku"], line["unit_cost"]): line["quantity"] for line in seen.now.of(
            "proposal_lines", proposal_id=row["proposal_id"]) if line["quantity"]})  # fmt: skip
        lines = seen.now.of("purchase_order_lines", purchase_order_number=row["purchase_order_number"])
        ordered = Counter({(line["sku"], line["unit_cost"]): line["quantity"] for line in lines})
        total = sum(line["quantity"] * line["unit_cost"] for line in lines)
        if ordered != approved or total != proposals[row["proposal_id"]]["total"]:
            yield f"{row['purchase_order_number']} is for {dict(ordered)}, approved was {dict(approved)}"


def promise_16_minimum_and_pack_hold(seen: Evidence) -> Faults:
    ours = {row["purchase_order_number"] for row in seen.now["purchase_orders"] if row["proposal_id"] is not None}
    for line in seen.now["purchase_order_lines"]:
        pack, least = stall.PACKS.get(line["sku"], (1, 1))
        if line["purchase_order_number"] in ours and (line["quantity"] % pack or line["quantity"] < least):
            yield f"{line['quantity']} of {line['sku']} in {line['purchase_order_number']}"


def promise_18_on_order_is_never_negative(seen: Evidence) -> Faults:
    under_way = {row["purchase_order_number"] for row in seen.now["purchase_orders"] if row["status"] in UNDER_WAY}
    for line in seen.now["purchase_order_lines"]:
        if line["purchase_order_number"] in under_way and line["received"] < 0:
            yield f"{line['received']} received of {line['sku']}"


def promise_19_nobody_is_promised_more_than_is_there(seen: Evidence) -> Faults:
    here, before, after = seen.now.on_hand(), seen.before.reserved(), seen.now.reserved()
    for sku, units in here.items():
        if units < 0:
            yield f"{units} of {sku} on the shelf"
    for sku, units in after.items() if seen.by == "customer" else ():
        if units > max(here.get(sku, 0), before.get(sku, 0)):  # 23: of two takers of the last unit one wins
            yield f"{units} of {sku} are promised and {here.get(sku, 0)} are there"


def promise_20_on_hand_is_the_sum_of_movements(seen: Evidence) -> Faults:
    moved: Counter[tuple[str, str]] = Counter()
    for row in seen.now["stock_movements"]:
        moved[row["sku"], row["location"]] += row["units"]
    for row in seen.now["stock"]:
        if row["on_hand"] != moved[row["sku"], row["location"]]:
            yield f"{row['on_hand']} of {row['sku']} on hand, {moved[row['sku'], row['location']]} moved"


LEFT = frozenset({"shipped", "delivered"})


def promise_20_an_order_that_left_is_off_its_shelf_once(seen: Evidence) -> Faults:
    counted = {(row["sku"], row["location"]): row["counted_at"] for row in seen.now["stock"]}
    booked: Counter[str] = Counter()
    since: Counter[str] = Counter()
    for row in seen.now["stock_movements"]:
        line, shelf = row["cause"].partition("~")[0], (row["sku"], row["location"])
        booked[line] += row["units"]
        since[line] += row["units"] if row["moved_at"] > counted[shelf] else 0
    orders = seen.now.by("orders", "order_number")
    for line in seen.now["order_lines"]:
        order, cause = orders[line["order_number"]], f"order:{line['order_number']}:{line['line']}"
        sent = [row["shipped_at"] for row in seen.now.of("parcels", order_number=line["order_number"])]
        has_left, left_at = order["status"] in LEFT, max(sent, default=order["placed_at"])
        wanted = -line["quantity"] if has_left and left_at > counted[line["sku"], order["location"]] else 0
        if since[cause] != wanted or (has_left and booked[cause] not in {0, -line["quantity"]}):
            yield f"{cause} moved {booked[cause]}, {since[cause]} since the count; {wanted} left since"


def promise_21_a_cause_moves_stock_once(seen: Evidence) -> Faults:
    causes = Counter((row["cause"], row["sku"], row["location"]) for row in seen.now["stock_movements"])
    yield from (f"{cause} moved {times} times" for cause, times in causes.items() if times > 1)
    before = {row["movement_id"]: row for row in seen.before["stock_movements"]}
    after = {row["movement_id"]: row for row in seen.now["stock_movements"]}
    yield from (f"movement {key} was rewritten" for key, row in before.items() if after.get(key) != row)


def promise_22_no_more_is_received_than_ordered_and_tolerated(seen: Evidence) -> Faults:
    for line in seen.now["purchase_order_lines"]:
        most = line["quantity"] + int(line["quantity"] * stall.OVER_RECEIPT)
        if line["received"] > most:
            yield f"{line['received']} of {line['quantity']} {line['sku']} came on {line['purchase_order_number']}"


FROM_OUTSIDE = ("count:", "receipt:", "return:", "order:", "uncounted:")
"""Counted, come from a supplier or a customer, gone to a customer, gone though nobody had counted it."""


def promise_25_moves_conserve_quantity(seen: Evidence) -> Faults:
    moved: Counter[tuple[str, str]] = Counter()
    for row in seen.now["stock_movements"]:
        if not row["cause"]:
            yield f"{row['units']} of {row['sku']} moved for no cause"
        if not row["cause"].startswith(FROM_OUTSIDE):
            moved[row["cause"].rpartition(":")[0], row["sku"]] += row["units"]
    yield from (f"{cause} made {units} of {sku} out of nothing" for (cause, sku), units in moved.items() if units)
    known = {f"receipt:{one['receipt_number']}:{one['purchase_order_number']}:{one['line']}": one["units"]
             for one in seen.now["receipts"]}  # fmt: skip
    for row in seen.now["stock_movements"]:
        if row["cause"].startswith("receipt:") and row["units"] != known.get(row["cause"]):
            yield f"{row['cause']} brought {row['units']}, booked in were {known.get(row['cause'])}"


def promise_26_no_more_comes_back_than_was_delivered(seen: Evidence) -> Faults:
    for order in {row["order_number"] for row in seen.now["returns"]}:
        there = seen.now.delivered(order)
        for line, units in seen.now.coming_back(order).items():
            if units > there.get(line, 0):
                yield f"{units} of line {line} of {order} come back, {there.get(line, 0)} were delivered"


def promise_27_no_more_goes_back_than_was_paid(seen: Evidence) -> Faults:
    for row in seen.now["orders"]:
        paid, back = seen.now.paid(row["order_number"]), seen.now.paid(row["order_number"], "refund")
        if back > paid:
            yield f"{back} went back of {row['order_number']}, {paid} was paid"
    payments = seen.now.by("payments", "payment_id")
    kinds = {method["method_id"]: method["kind"] for method in seen.now["payment_methods"]}
    given: Counter[str] = Counter()
    for row in seen.now.of("payments", kind="refund"):
        source = payments[row["of_payment"]]
        given[source["payment_id"]] += row["amount"]
        if (source["kind"], source["order_number"]) != ("payment", row["order_number"]):
            yield f"{row['payment_id']} gives back {source['payment_id']}, which is no payment for its order"
        if row["method_id"] != source["method_id"] and kinds.get(row["method_id"]) != "gift_card":
            yield f"{row['payment_id']} went to {row['method_id']}, it was paid with {source['method_id']}"
    yield from (f"{back} of {key} went back, it was {payments[key]['amount']}" for key, back in given.items()
                if back > payments[key]["amount"])  # fmt: skip


def promise_27_a_gift_card_holds_what_was_put_on_it(seen: Evidence) -> Faults:
    for card in seen.now.of("payment_methods", kind="gift_card"):
        booked = seen.now.of("payments", method_id=card["method_id"])
        credit = sum(row["amount"] for row in booked if row["kind"] == "refund")
        spent = sum(row["amount"] for row in booked if row["payment_id"].startswith("charge:"))
        if card["balance"] != stall.GIFT_BALANCE + credit - spent:
            yield f"{card['balance']} on {card['method_id']}: {stall.GIFT_BALANCE}, {credit} credited, {spent} spent"


def promise_28_a_refund_is_at_most_what_was_paid_for_the_goods(seen: Evidence) -> Faults:
    for row in seen.now["orders"]:
        number = row["order_number"]
        causes = {f"refund:return:{one['return_number']}:" for one in seen.now.of("returns", order_number=number)
                  if one["status"] == "refunded"}  # fmt: skip
        back = sum(one["amount"] for one in seen.now.of("payments", order_number=number, kind="refund")
                   if any(one["payment_id"].startswith(cause) for cause in causes))  # fmt: skip
        units = seen.now.coming_back(number, "refunded")
        lines = {line["line"]: line for line in seen.now.of("order_lines", order_number=number)}
        worth = sum((seen.now.gross_of_line(lines[line]) * count / lines[line]["quantity"]
                     for line, count in units.items()), Fraction(0))  # fmt: skip
        if back > worth + len(lines):  # each line's tax is rounded by at most one minor unit
            yield f"{back} went back for returned goods of {number} that cost {float(worth):.2f}"


def promise_30_an_order_that_left_is_not_cancelled(seen: Evidence) -> Faults:
    after = seen.now.by("orders", "order_number")
    for row in seen.before["orders"]:
        cancelled = after[row["order_number"]]["status"] == "cancelled"
        if cancelled and row["status"] != "cancelled" and seen.by == "customer" and row["status"] != "open":
            yield f"{row['order_number']} was {row['status']} and is cancelled"


_SHIP = ("ship_name", "ship_line1", "ship_line2", "ship_city", "ship_postcode", "ship_country", "ship_region")


def promise_31_an_address_changes_only_before_the_label(seen: Evidence) -> Faults:
    after = seen.now.by("orders", "order_number")
    for row in seen.before["orders"] if seen.by == "customer" else ():
        now = after[row["order_number"]]
        is_other = any(now[part] not in {row[part], ""} for part in _SHIP)
        if is_other and row["status"] != "open":
            yield f"the address of {row['order_number']} changed while it was {row['status']}"


def promise_32_status_moves_forward(seen: Evidence) -> Faults:
    after = seen.now.by("orders", "order_number")
    for row in seen.before["orders"]:
        now = after[row["order_number"]]["status"]
        if (row["status"], now) == ("cancelled", "open") and _was_taken_back(seen, row["order_number"]):
            continue
        if STATUSES.index(now) < STATUSES.index(row["status"]):
            yield f"{row['order_number']} went from {row['status']} to {now}"
    steps = {"requested": 0, "approved": 1, "in_transit": 2, "received": 3}
    ends = {"refunded", "exchanged", "rejected", "cancelled"}
    for row in seen.before["returns"]:
        now = next(one["status"] for one in seen.now["returns"] if one["return_number"] == row["return_number"])
        if now != row["status"] and (row["status"] in ends or steps.get(now, 9) < steps[row["status"]]):
            yield f"{row['return_number']} went from {row['status']} to {now}"


def _was_taken_back(seen: Evidence, number: str) -> bool:
    """Whether its customer took the cancellation back, in the time there is for that: the one step back there is."""
    told = seen.now.of("order_changes", order_number=number)
    reopened = [one for one in told if one["kind"] == "reopened" and one not in seen.before["order_changes"]]
    cancelled = [one for one in told if one["kind"] == "cancel"]
    if seen.by != "customer" or not (reopened and cancelled):
        return False
    return bool(reopened[-1]["changed_at"] - cancelled[-1]["changed_at"] <= stall.TAKEN_BACK_WITHIN)


def promise_34_an_issued_document_never_changes(seen: Evidence) -> Faults:
    for table, key in (("invoices", ("invoice_number",)), ("invoice_lines", ("invoice_number", "line"))):
        after = {tuple(row[name] for name in key): row for row in seen.now[table]}
        for row in seen.before[table]:
            if after.get(tuple(row[name] for name in key)) != row:
                yield f"{table} {[row[name] for name in key]} changed after it was issued"


def promise_34_what_was_invoiced_follows_the_order(seen: Evidence) -> Faults:
    for row in seen.before["orders"] if seen.by == "customer" else ():
        number = row["order_number"]
        invoiced = seen.now.invoiced(number) - seen.before.invoiced(number)
        costs = seen.now.worth_of(number) - seen.before.worth_of(number)
        if seen.before.of("invoices", order_number=number) and invoiced != costs:
            yield f"{number} comes to {costs} more and {invoiced} more were invoiced"


def promise_35_no_order_mixes_currencies(seen: Evidence) -> Faults:
    currency = {row["order_number"]: row["currency"] for row in seen.now["orders"]}
    for row in (*seen.now["order_lines"], *seen.now["payments"]):
        if row["order_number"] in currency and row["currency"] != currency[row["order_number"]]:
            yield f"{row['currency']} in order {row['order_number']}, which is in {currency[row['order_number']]}"


def promise_36_shares_add_up_to_what_was_shared(seen: Evidence) -> Faults:
    for row in seen.now.of("audit", act="return_refunded"):
        number = row["subject"].partition(":")[2]
        parts = [one["amount"] for one in seen.now["payments"]
                 if one["payment_id"].startswith(f"refund:return:{number}:")]  # fmt: skip
        if sum(parts) != row["detail"]["amount"]:
            yield f"{parts} went back for {number}, {row['detail']['amount']} was to"


def promise_37_money_for_the_whole_order_is_the_whole_order(seen: Evidence) -> Faults:
    for row in seen.now["orders"]:
        number = row["order_number"]
        lines = seen.now.of("order_lines", order_number=number)
        units = seen.now.coming_back(number, "refunded")
        is_all = bool(lines) and all(units.get(line["line"], 0) == line["quantity"] for line in lines)
        is_plain = not any(one["new_sku"] for returned in seen.now.of("returns", order_number=number)
                           for one in seen.now.of("return_lines", return_number=returned["return_number"]))  # fmt: skip
        paid, back = seen.now.paid(number), seen.now.paid(number, "refund")
        if is_all and is_plain and paid == seen.now.total_of(lines) and back != paid:
            yield f"all of {number} came back, {back} of {paid} was given back"


def promise_40_one_cause_is_told_once(seen: Evidence) -> Faults:
    keys = Counter(row["key"] for row in seen.now["outbox"])
    yield from (f"{key} is written {times} times" for key, times in keys.items() if times > 1)
    excuses = seen.world.office.excuses()
    for key, times in Counter(one.key for one in seen.world.office.taken).items():
        allowed = 1 + excuses[key]
        if times > allowed + seen.world.retried[key]:
            yield f"{key} arrived {times} times, {allowed} can be explained"


def promise_41_post_goes_only_to_its_customer(seen: Evidence) -> Faults:
    whose = {row["key"]: (row["content"] or {}).get("customer_id") for row in seen.now["outbox"]}
    for one in seen.world.office.taken[seen.world.looked_at :]:
        kind, _, customer_id = one.chat.partition(":")
        if kind == "customer" and customer_id in stall.WORDS:
            mine = {stall.email(customer_id), f"buyer.{stall.email(customer_id)}"}
            others = [word for other, word in stall.WORDS.items() if other != customer_id]
            if one.to not in mine:
                yield f"{one.key} of {customer_id} went to {one.to}"
            if customer_id in seen.world.erased:  # 42: nothing is sent to whoever was erased
                yield f"{one.key} went to {customer_id}, who was erased"
            if any(word in one.text for word in others):
                yield f"{one.key} of {customer_id} speaks of somebody else"
        if one.channel == stall.ROOMS:
            mine = {row["customer_id"] for row in (*seen.before["chat_links"], *seen.now["chat_links"])
                    if row["chat"] == one.chat}  # fmt: skip
            is_astray = not mine and whose.get(one.key) is not None  # a guest is answered in the chat they wrote in
            if is_astray or any(word in one.text for who, word in stall.WORDS.items() if who not in mine):
                yield f"{one.key} reached {one.chat}, which is of {sorted(mine)}"


def promise_42_an_unlinked_chat_hears_nothing_more(seen: Evidence) -> Faults:
    linked = {(row["channel"], row["chat"]) for row in (*seen.now["chat_links"], *seen.before["chat_links"])}
    known = {row["message_id"] for row in seen.before["messages"]}
    for row in seen.now["messages"]:
        is_customers = (row["person"] or "").startswith("customer:")  # a guest is answered where they wrote
        is_unasked = row["key"] is not None and row["channel"] == stall.ROOMS and is_customers
        if row["message_id"] not in known and is_unasked and (row["channel"], row["chat"]) not in linked:
            yield f"{row['chat']} was told something and is linked to nobody"


def promise_43_a_chat_hears_things_in_their_order(seen: Evidence) -> Faults:
    last: dict[str, int] = {}
    lanes = {row["key"]: row["lane"] for row in seen.now["outbox"]}
    for one in seen.world.office.taken:
        if one.key not in lanes or lanes[one.key] == URGENT:  # somebody waits for it, and it may overtake
            continue
        if one.place < last.get(one.chat, 0) and not one.may_be_repeat and not seen.world.retried[one.key]:
            yield f"{one.key} reached {one.chat} after something written later"
        last[one.chat] = max(one.place, last.get(one.chat, 0))


def promise_44_nothing_rings_in_quiet_hours(seen: Evidence) -> Faults:
    lanes = {row["key"]: row["lane"] for row in seen.now["outbox"]}
    about = {row["key"]: row["content"].get("about") for row in seen.now["outbox"] if row["content"]}
    for one in seen.world.office.taken[seen.world.looked_at :]:
        hour = one.at.astimezone(stall.ZONE).hour
        rings = one.channel == stall.ROOMS and about.get(one.key) in KINDS and lanes[one.key] != URGENT
        if rings and not stall.WAKES_AT <= hour < stall.SLEEPS_AT:
            yield f"{one.key} rang at {one.at.astimezone(stall.ZONE):%H:%M}"


def promise_45_every_message_in_is_answered(seen: Evidence) -> Faults:
    yield from (f"{row['delivery_id']} of {row['source']} has no answer" for row in seen.now["inbox"]
                if row["answer"] is None)  # fmt: skip


_BY_WHOM = {"returns": "return", "order_changes": "order", "purchase_orders": "purchase_order"}


def promise_47_every_change_has_its_audit_row(seen: Evidence) -> Faults:
    if seen.by == "records":
        return
    written = {row["subject"] for row in seen.now["audit"][len(seen.before["audit"]) :]}
    for table, subject, key in (("orders", "order", "order_number"), ("returns", "return", "return_number"),
                                ("proposals", "proposal", "proposal_id"),
                                ("purchase_orders", "purchase_order", "purchase_order_number")):  # fmt: skip
        before = seen.before.by(table, key)
        for row in seen.now[table]:
            is_blanked = table in {"orders", "returns"} and any(one.startswith("customer:") for one in written)
            if before.get(row[key]) != row and f"{subject}:{row[key]}" not in written and not is_blanked:
                yield f"{subject} {row[key]} changed and nobody wrote it down"
    after = seen.now.by("audit", "audit_id")
    for row in seen.before["audit"]:
        if _content(after[row["audit_id"]]) != _content(row):
            yield f"audit row {row['audit_id']} was rewritten"


def _content(row: Row) -> Any:
    return {name: value for name, value in row.items() if name not in {"position", "digest"}}


def promises() -> dict[str, Callable[[Evidence], Faults]]:
    """All that can be judged by the books alone, by name."""
    return {name: found for name, found in globals().items() if name.startswith("promise_")}


def broken(seen: Evidence) -> list[str]:
    """Every promise that does not hold, with what is wrong."""
    return [f"{name}: {fault}" for name, judge in promises().items() for fault in judge(seen)]


def unsettled(books: Books) -> list[str]:
    """Post that has not come to its end."""
    return [f"{row['key']} is {row['state']}" for row in books["outbox"] if row["state"] not in GONE_STATES]
