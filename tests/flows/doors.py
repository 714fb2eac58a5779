"""The ways in and out that hostile strings are tried at; each gives what went wrong, nothing where all is well."""

import csv
import email
import email.policy
import io
import json
import re
from collections.abc import Collection, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import ClassVar

from fastapi import FastAPI

from bot.channels import console
from bot.channels.slack import drawing as slack
from bot.channels.telegram import drawing as telegram
from bot.channels.telegram.letters import LONGEST_TEXT, units
from core.accounts import identity
from core.canonical import BY_NAME
from core.chat import Incoming, Reply, Speaker
from core.config import Config
from core.database.engine import Database
from core.mailroom.ports import Never, Post
from core.portal import Portal
from integrations.email.client import SmtpCourier
from integrations.tables.client import batches
from tests.bot.web.browser import Browser
from tests.conftest import SettableClock
from tests.flows.trying import Door, Trying, answered
from tests.shop import ADA

STOP, BACK = "stop", "back to the bot"
_ACTIVE = (b"/JavaScript", b"/OpenAction", b"/Launch", b"/EmbeddedFile", b"/AA ")
_HEADERS = {"from", "to", "subject", "date", "message-id", "auto-submitted", "content-type", "mime-version",
            "content-transfer-encoding"}  # fmt: skip


@dataclass
class Doors(Trying):
    """The doors of one shop, which has one customer at them and another whose every record holds a word."""

    CHANGING: ClassVar[Collection[str]] = {"csv import", "pdf"}
    portal: Portal
    config: Config
    database: Database
    clock: SettableClock
    app: FastAPI
    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Sign the customer in."""
        self._last = {}
        self.browser = Browser(self.app)
        with self.database.unit_of_work() as session:
            self.browser.keep_session(identity.open_session(session, f"customer:{ADA}", self.clock.now))

    def all(self) -> dict[str, Door]:
        """Every door by its name."""
        return {"console": self.console, "web chat": self.web_chat, "guest": self.guest, "telegram": self.telegram,
                "slack": self.slack, "csv import": self.csv_import, "pdf": self.pdf, "mail": self.mail}  # fmt: skip

    def console(self, text: str) -> list[str]:
        """A line typed in a terminal, by the customer."""
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="strict")
        with redirect_stdout(out):
            console.talk(self.portal, self.config, Speaker(ADA, proof=3), [text, STOP, BACK], as_json=True)
        out.flush()
        lines = out.buffer.getvalue().decode().splitlines() if isinstance(out.buffer, io.BytesIO) else []
        answers = [json.loads(line) for line in lines]
        return [fault for one in answers[: 1 if text.strip() else 0] for fault in answered(one, text)]

    def web_chat(self, text: str) -> list[str]:
        """The same as JSON, by a signed-in customer."""
        answer = self.browser.send_raw("/api/chat", json.dumps({"text": text}))
        if answer.status_code >= 500:
            return [f"status {answer.status_code}"]
        if answer.status_code >= 400:
            return [] if answer.json() else ["refused without a word"]
        faults = answered(answer.json(), text)
        if answer.json()["handed_off"]:
            self.browser.say({"text": BACK})
        self.browser.say({"text": STOP})
        page = self.browser.get("/chat").text
        if text.strip().startswith("<") and text.strip() in page:
            faults.append("markup reached the page")
        return faults

    def guest(self, text: str) -> list[str]:
        """Somebody unknown in a chat of their own."""
        chat = f"guest {next(self.numbers)}"
        return answered(self.portal.converse(Incoming("web", chat, "1", text, Speaker())).as_dict(), text)

    def telegram(self, text: str) -> list[str]:
        """Drawn for Telegram: within its lengths, and as text."""
        said = Incoming("telegram", "1", "1", text, Speaker())
        calls = [telegram.call(one, "1") for one in telegram.draw(said, Reply(self._echo(text)))]
        faults = [
            f"{units(one.parameters['text'])} units" for one in calls if units(one.parameters["text"]) > LONGEST_TEXT
        ]
        faults += ["markup is switched on" for one in calls if "parse_mode" in one.parameters]
        json.dumps([one.parameters for one in calls], ensure_ascii=False).encode()
        return faults

    def slack(self, text: str) -> list[str]:
        """Drawn for Slack: within its lengths, and without a mention or link of anybody's making."""
        drawn = slack.drawn({"text": self._echo(text)})
        shown = json.dumps(drawn, ensure_ascii=False).encode().decode()
        faults = ["markup is switched on"] if "mrkdwn" in shown else []
        faults += ["an angle bracket is open"] if re.search(r"[<>]", drawn["text"]) else []
        texts = [block["text"]["text"] for block in drawn["blocks"] if block["type"] == "section"]
        return faults + [f"{len(one)} characters" for one in texts if not 0 < len(one) <= slack.LONGEST_SECTION]

    def csv_import(self, text: str) -> list[str]:
        """A customer's name, a product's and an address line in the files a shop brings."""
        number = next(self.numbers)
        rows = {
            "customers": {"customer_id": f"h{number}", "name": text, "email": f"h{number}@example.org", "country": "GB",
                          "company": text},
            "products": {"sku": f"H{number}", "name": text, "price": "1.00", "currency": "GBP"},
            "addresses": {"customer_id": f"h{number}", "kind": "billing", "line1": text, "city": text, "country": "GB"},
        }  # fmt: skip
        return self._imported(rows)

    def pdf(self, text: str) -> list[str]:
        """An invoice that names it everywhere, drawn as PDF."""
        number = str(next(self.numbers))
        head = {"invoice_number": f"H{number}", "kind": "invoice", "customer_id": ADA, "issued_on": "2026-06-04",
                "currency": "GBP", "bill_name": text, "bill_line1": text, "note": text}  # fmt: skip
        line = {"invoice_number": f"H{number}", "line": "1", "description": text, "quantity": "1", "unit_price": "1.00",
                "currency": "GBP"}  # fmt: skip
        faults = self._imported({"invoices": head, "invoice_lines": line})
        if f"H{number}" not in {one.invoice_number for one in self.portal.invoices(ADA)}:
            return faults  # the import said what is wrong with it
        path = self.portal.invoice_link(ADA, f"H{number}")
        drawn = self.portal.file(path.removeprefix("/files/"), None).content
        if not drawn.startswith(b"%PDF-") or b"%%EOF" not in drawn[-64:]:
            faults.append("no whole PDF")
        return faults + [f"{word!r} in the PDF" for word in _ACTIVE if word in drawn]

    def mail(self, text: str) -> list[str]:
        """A letter with it in subject, text and address."""
        courier = SmtpCourier("localhost", 25, "", "", "shop@example.org")
        content = {"to": "ada@example.org", "subject": self._echo(text), "text": self._echo(text)}
        letter = courier._letter(Post(1, "key", "email", "c", "notice", content, 1))
        parsed = email.message_from_bytes(letter.as_bytes(), policy=email.policy.default)
        faults = [f"header {name}" for name in parsed if name.lower() not in _HEADERS]
        faults += [f"{name} twice" for name in ("To", "Subject", "From") if len(parsed.get_all(name, [])) != 1]
        try:
            courier._letter(Post(1, "key", "email", "c", "notice", {**content, "to": text}, 1))
        except Never:
            return faults
        return [*faults, "it is taken for an address"]

    def _echo(self, text: str) -> str:
        """A reply that repeats what was typed, as far as what comes in lets it."""
        from core.conversation.understanding import clean

        return f"You said: {clean(text).text}"

    def _imported(self, rows: dict[str, dict[str, str]]) -> list[str]:
        folder = self.folder / str(next(self.numbers))
        folder.mkdir()
        for table, row in rows.items():
            with (folder / f"{table}.csv").open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
                writer = csv.writer(file)
                writer.writerows([row.keys(), row.values()])
        faults = []
        for batch in batches(folder, currency="GBP", zone=self.config.shop.zone):
            told = [*batch.faults, *self.portal.mirror(batch)]
            faults += [f"{one.table} {one.line}: no word why" for one in told if not one.sentence]
            assert batch.table in BY_NAME
        return faults
