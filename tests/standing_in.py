"""What stand-ins for somebody else's service answer calls with, where connections stay open."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answering(BaseHTTPRequestHandler):
    """Keeps connections open, says nothing on the terminal, and sends head and body in one piece.

    In two pieces the second waits until the first was acknowledged, which takes forty milliseconds a call.
    """

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Quiet(ThreadingHTTPServer):
    """Takes no notice of connections that were cut."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing."""
