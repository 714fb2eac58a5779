"""What a collector of traces is told: what took how long and belongs to what, and nothing that anybody typed."""

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bot.traces import start
from bot.web.app import create_app
from core.config import Config, Logging
from core.errors import ConfigError, PortalError
from core.portal import Portal
from core.tracing import step
from tests.bot.web.browser import Browser
from tests.bot.web.conftest import ON_SQLITE
from tests.bot.web.shop import open_shop
from tests.standing_in import Answering

SECRET = "canary-ada@example.org"


class Collector(ThreadingHTTPServer):
    """A collector that keeps what it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.told: list[bytes] = []
        self.address = f"http://127.0.0.1:{self.server_port}/v1/traces"

    def spans(self) -> list[Span]:
        """Every span it was told of."""
        sent = [ExportTraceServiceRequest.FromString(one) for one in self.told]
        return [span for one in sent for of in one.resource_spans for scope in of.scope_spans for span in scope.spans]


class Taking(Answering):
    """Takes whatever is posted, as it is."""

    server: Collector

    def do_POST(self) -> None:  # noqa: N802 the library's name
        self.server.told.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    standing = Collector()
    threading.Thread(target=standing.serve_forever, daemon=True).start()
    yield standing
    standing.shutdown()
    standing.server_close()


def facts(span: Span) -> dict[str, str]:
    return {one.key: one.value.string_value for one in span.attributes}


def lived(portal: Portal, config: Config, collector: Collector) -> list[Span]:
    """A visit with a link, words and a trouble that all hold what is nobody's business; what the collector heard."""
    open_shop(portal)
    traces = start(Logging(traces=collector.address))
    assert traces is not None
    app = create_app(portal, config, demo=True, traced=traces.provider)
    browser = Browser(app)
    browser.get(f"/files/{SECRET}?token={SECRET}")
    browser.get("/healthz")
    browser.client.post("/api/chat", json={"text": f"my address is {SECRET}", "delivery_id": SECRET})
    with pytest.raises(PortalError), step("job", job="plan"):
        raise PortalError(SECRET)
    browser.close()
    traces.stop()
    return collector.spans()


@ON_SQLITE
def test_a_request_its_turn_and_its_transactions_hang_together(
    portal: Portal, config: Config, collector: Collector
) -> None:
    spans = lived(portal, config, collector)
    turn = next(one for one in spans if one.name == "turn")
    above = {one.span_id: one for one in spans}
    asked = above[turn.parent_span_id]
    assert facts(asked)["http.route"] == "/api/chat"
    assert facts(turn) == {"storekeeper.channel": "web"}
    assert "write" in {one.name for one in spans if one.parent_span_id == turn.span_id}
    assert all(one.start_time_unix_nano < one.end_time_unix_nano for one in spans)


@ON_SQLITE
def test_nothing_that_anybody_typed_leaves(portal: Portal, config: Config, collector: Collector) -> None:
    spans = lived(portal, config, collector)
    assert SECRET.encode() not in b"".join(collector.told)
    assert b"canary" not in b"".join(collector.told)
    failed = next(one for one in spans if one.name == "job")
    assert facts(failed) == {"storekeeper.job": "plan", "error.type": "PortalError"}
    assert not [one for one in spans if "healthz" in one.name]


@ON_SQLITE
def test_what_the_environment_says_of_telemetry_opens_no_other_way_out(
    portal: Portal, config: Config, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collector.address)
    open_shop(portal)
    browser = Browser(create_app(portal, config, demo=True))
    browser.get(f"/files/{SECRET}")
    browser.close()
    assert not collector.told


def test_without_an_address_nothing_is_watched() -> None:
    assert start(Logging()) is None


def test_what_is_not_installed_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ConfigError, match=r"storekeeper\[traces\]"):
        start(Logging(traces="http://127.0.0.1:4318/v1/traces"))
