"""A server on loopback in place of a carrier: answers by the path, and keeps what it was asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answer = tuple[int, Any]


@dataclass
class StandIn:
    """What it answers, by the beginning of a path, and what was asked: method, path, headers and body."""

    answers: dict[str, list[Answer]]
    asked: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str) -> Answer:
        """The next answer for a path; the last one stays."""
        left = next(several for start, several in self.answers.items() if path.startswith(start))
        return left.pop(0) if len(left) > 1 else left[0]

    def paths(self, start: str) -> list[str]:
        """What was asked that begins like that."""
        return [path for _, path, _, _ in self.asked if path.startswith(start)]


@contextmanager
def serving(answers: dict[str, list[Answer]]) -> Iterator[StandIn]:
    """A stand-in, as long as it is needed."""
    standin = StandIn(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            standin.asked.append((self.command, self.path, headers, body))
            status, content = standin.answer(self.path)
            said = content if isinstance(content, str) else json.dumps(content)
            self.send_response(status)
            self.send_header("content-length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the library names it
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    standin.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
