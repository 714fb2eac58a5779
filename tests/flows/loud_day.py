"""A shop that tells all it does: python -m tests.flows.loud_day FORMAT FOLDER.

It lives the scripted day through all doors with troubles, then goes on where people sign in, mistype, and meet a broken
database, all at the level of debugging. What nobody may find in what it prints is written to `canaries` in the folder.
"""

import json
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Literal, cast

from pydantic import SecretStr
from sqlalchemy import text

from bot.__main__ import main as command
from bot.logs import set_up
from bot.web.app import create_app
from core.chat import Incoming, Speaker
from core.config import Logging
from core.database.engine import Database
from core.database.migrate import upgrade
from core.portal import Portal
from tests.bot.channels.slack.web_api import TEAM, TOKEN
from tests.bot.channels.slack.workspace import SECRET as SIGNING
from tests.bot.channels.telegram import bot_api
from tests.bot.channels.telegram.world import SECRET, message
from tests.bot.web.browser import Browser
from tests.promises import stall
from tests.promises.day import Day, moods_of
from tests.promises.street import Street

SEED = 3
TYPED, METRICS, PASSWORD = "Xylophone-77", "a-token-of-whoever-watches", "hunter-of-passwords"
FIXED = (
    *stall.WORDS.values(), *(stall.email(one) for one in stall.CUSTOMERS), "YO1 7AA", TYPED, METRICS, PASSWORD, TOKEN,
    SIGNING, bot_api.TOKEN, SECRET, "a-secret-that-only-tests-know", "a2tra2tra2tr",
)  # fmt: skip


def doors(street: Street) -> None:
    """Everybody writes the same word."""
    street.slack.event(
        {"type": "message", "channel_type": "im", "channel": "D1EVE", "user": "U1EVE", "ts": "1690000000.000009",
         "team": TEAM, "text": f"{TYPED} please"}
    )  # fmt: skip
    street.telegram_tells({"update_id": 77, "message": message(500009, {"text": f"{TYPED} please"})})
    street.carrier_tells("odd", {"tracking_number": TYPED, "scans": []})
    street.portals[0].take_scans()
    for call in ("/webhooks/carriers/signed", "/telegram/webhook"):
        assert street._knock(call, TYPED.encode(), {"webhook-id": TYPED}) == 401


def web(street: Street) -> list[str]:
    """Somebody signs in, looks at their things, and writes; the session, the code and the links there were."""
    settings = street.config.web.model_copy(update={"metrics_token": SecretStr(METRICS)})
    portal = street.portals[0]
    browser = Browser(create_app(portal, street.config.model_copy(update={"web": settings}), demo=False))
    email = stall.email(stall.CUSTOMERS[0])
    browser.send_form("/sign-in", "/sign-in", address=email)
    letter = next(one for one in portal.letters() if one.to == email and one.kind == "code")
    code = next(word for word in letter.text.split() if word.isdigit() and len(word) == 8)
    browser.send_form("/sign-in/code", "/sign-in/code", code="00000000")
    browser.send_form("/sign-in/code", "/sign-in/code", code=code)
    for text_typed in (f"{TYPED} of mine", "show my orders", "invoice of order 700001"):
        browser.say({"text": text_typed})
    for path in ("/account", "/chat", f"/orders/{TYPED}", f"/files/{TYPED}", f"/{TYPED}", f"/account?{TYPED}"):
        browser.get(path)
    sys.stdout.write(browser.get("/metrics", authorization=f"Bearer {METRICS}").text)
    sys.stdout.write(browser.get("/readyz").text)
    letters = " ".join(one.text for one in portal.letters())
    return [code, *browser.client.cookies.values(), *re.findall(r"/files/(\S+)", letters)]


def broken(street: Street) -> None:
    """What is said where a database lacks a table, or is not there at all."""
    with street.databases[0].unit_of_work() as session:
        session.execute(text("ALTER TABLE conversations RENAME TO conversations_away"))
    portal = street.portals[0]
    said = portal.converse(Incoming("web", "guest:1", "broken-1", f"{TYPED} again", Speaker()))
    sys.stdout.write(said.text)
    sys.argv = ["storekeeper", "check"]
    for url in (f"postgresql://shop:{PASSWORD}@127.0.0.1:1/shop", f"postgresql://shop:{PASSWORD}@:x:/"):
        os.environ["STOREKEEPER__DATABASE__URL"] = url
        with suppress(SystemExit):
            command()


def main() -> None:
    """Live, and write down what must not be found."""
    form, folder = sys.argv[1], Path(sys.argv[2])
    set_up(Logging(format=cast("Literal['text', 'json']", form), level="debug"))
    url = f"sqlite:///{folder / 'storekeeper.db'}"
    database = Database(url)
    upgrade(database)
    stall.open_stall(Portal(database, stall.config(), lambda: stall.OPENED))
    database.close()
    street = Street(url, replicas=1)
    try:
        Day(street, SEED, moods_of(SEED)).live()
        doors(street)
        found = web(street)
        (folder / "canaries").write_text(json.dumps([*FIXED, *found]), encoding="utf-8")
        broken(street)
    finally:
        street.close()


if __name__ == "__main__":
    main()
