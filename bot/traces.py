"""Traces for OpenTelemetry: how long requests, turns, letters, calls and jobs take, and nobody's data.

What libraries would tell beyond that, such as the path of a link or the words of an exception, is left out by naming
what may go.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.config import Logging
from core.errors import ConfigError
from core.tracing import watch

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

_OURS = "storekeeper."
_PATIENCE_S = 5.0
_MAY_GO = frozenset({
    "error.type", "http.request.method", "http.response.status_code", "http.route", "url.scheme",
})  # fmt: skip


@dataclass(frozen=True)
class Traces:
    """Steps of this process on their way to a collector."""

    provider: "TracerProvider"

    def stop(self) -> None:
        """Hand over what is left, and watch no longer."""
        watch(None)
        self.provider.shutdown()


def start(settings: Logging) -> Traces | None:
    """Have the steps of this process told to the collector of the settings; None where none is named.

    Raises:
        ConfigError: what sends traces is not installed.
    """
    if not settings.traces:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    except ImportError as error:
        raise ConfigError(
            "logging.traces needs what sends traces: pip install 'storekeeper[traces]', or leave it empty."
        ) from error
    sampler = ParentBased(TraceIdRatioBased(settings.traces_share))
    provider = TracerProvider(sampler=sampler, resource=Resource.create({"service.name": "storekeeper"}))
    provider.add_span_processor(BatchSpanProcessor(_cleaning(OTLPSpanExporter(settings.traces, timeout=_PATIENCE_S))))
    _watch(provider)
    return Traces(provider)


def _watch(provider: "TracerProvider") -> None:
    """Make a span of every step; one that fails says of what kind the exception was, and no more."""
    tracer = provider.get_tracer("storekeeper")

    @contextmanager
    def span(name: str, facts: dict[str, str]) -> Iterator[None]:
        told = {f"{_OURS}{fact}": value for fact, value in facts.items()}
        with tracer.start_as_current_span(
            name, attributes=told, record_exception=False, set_status_on_exception=False
        ) as open_span:
            try:
                yield
            except Exception as error:
                open_span.set_attribute("error.type", type(error).__name__)
                raise

    watch(span)


def _cleaning(exporter: "SpanExporter") -> "SpanExporter":
    """An exporter that is handed only what may go."""
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
    from opentelemetry.trace import Status

    def cleaned(span: ReadableSpan) -> ReadableSpan:
        kept: dict[str, Any] = {
            name: value for name, value in (span.attributes or {}).items() if name in _MAY_GO or name.startswith(_OURS)
        }
        return ReadableSpan(
            span.name,
            span.context,
            span.parent,
            span.resource,
            kept,
            kind=span.kind,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    class Cleaning(SpanExporter):
        def export(self, spans: "Sequence[ReadableSpan]") -> SpanExportResult:
            return exporter.export([cleaned(one) for one in spans])

        def shutdown(self) -> None:
            exporter.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return exporter.force_flush(timeout_millis)

    return Cleaning()
