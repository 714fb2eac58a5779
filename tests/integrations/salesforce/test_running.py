"""The org by the command line, tried out and read."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.config import Config
from core.portal import Portal
from integrations.salesforce.backend import backend
from tests.bot.command_line import run
from tests.conftest import SettableClock
from tests.integrations.salesforce.standin import CLIENT_ID, USERNAME, Org, key_pair


@pytest.fixture
def environment(org: Org, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Org:
    org.now = datetime.now(UTC)
    (tmp_path / "storekeeper.pem").write_text(key_pair()[0])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STOREKEEPER__DATABASE__URL", f"sqlite:///{tmp_path}/shop.db")
    section = {"ON": "true", "URL": org.url, "LOGIN_URL": org.url, "CLIENT_ID": CLIENT_ID, "USERNAME": USERNAME,
               "PRIVATE_KEY_FILE": str(tmp_path / "storekeeper.pem")}  # fmt: skip
    for name, value in section.items():
        monkeypatch.setenv(f"STOREKEEPER__SALESFORCE__{name}", value)
    assert run("db", "upgrade").code == 0
    return org


def test_the_org_is_read_once_and_says_what_came(environment: Org) -> None:
    first = run("sync", "salesforce", "--once", "--json")
    assert json.loads(first.out)["salesforce"]["seen"]["products"] == 2
    checked = run("check")
    assert f"lets {USERNAME} in" in checked.out
    environment.faults = [(401, {}, [{"errorCode": "INVALID_SESSION_ID", "message": ""}])] * 100
    silent = run("sync", "salesforce", "--once")
    assert silent.code == 1
    assert "PRIVATE KEY" not in silent.err + checked.out


def test_trying_it_out_says_what_is_wrong_and_what_to_do(connected: Portal, org: Org, clock: SettableClock) -> None:
    org.lacks |= {"Contact.Email", "Shipment", "ReturnOrder.StorekeeperKey__c"}
    org.words["Order", "Status"] = ["Activated", "In Production"]
    org.now = clock.now
    told = {one.text: one.is_well for one in connected.inspect("salesforce")}
    assert told["Salesforce: it does not show Contact.Email; extend the permission set."] is False
    assert told["Salesforce: it has no Shipment, or does not show it; it is not read."] is True
    assert any("orders may be “In Production”; say in salesforce.statuses" in one for one in told)
    assert any("no Order can be “Cancelled”; say in salesforce.cancelled_status" in one for one in told)
    assert any("ReturnOrder has no field StorekeeperKey__c; create it" in one for one in told)


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"username": "another@lantern.example"}, "pre-authorise the user"),
        ({"client_id": "another"}, "check salesforce.client_id"),
        ({"private_key": "no key at all"}, "salesforce.private_key is no RSA key in PEM"),
    ],
)
def test_who_is_not_let_in_is_told_why(org: Org, config: Config, changed: dict[str, str], advice: str) -> None:
    values = {name: SecretStr(value) if name == "private_key" else value for name, value in changed.items()}
    section = config.salesforce.model_copy(update=values)
    made = backend(config.model_copy(update={"salesforce": section}), lambda: org.now)
    assert made.inspector is not None
    assert made.close is not None
    (found,) = made.inspector(org.now)
    made.close()
    assert not found.is_well
    assert advice in found.text
