"""A mailbox that speaks as much IMAP as is asked of it, over a real socket, encrypted if wanted."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CERTIFICATES = Path(__file__).parent / "certificates"
USER, PASSWORD = "bounces@lamps.example.org", 'pass "word'


@dataclass
class Mailbox:
    """Messages by number, those that were seen, and every command there was."""

    messages: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    validity: int = 7
    security: str = "tls"
    commands: list[str] = field(default_factory=list)
    breaks_at: str = ""
    """The command at which the connection is cut, such as STORE."""

    def numbers(self, criteria: str) -> list[int]:
        """What a search finds; “n:*” has the last message whatever its number."""
        if criteria == "UNSEEN":
            return [number for number in self.messages if number not in self.seen]
        first = int(criteria.removeprefix("UID ").removesuffix(":*"))
        return [number for number in self.messages if number >= min(first, max(self.messages))]


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.mailbox: Mailbox = self.server.mailbox  # type: ignore[attr-defined]
        if self.mailbox.security == "tls":
            self._encrypt()
        self._say("* OK ready")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            tag, _, said = line.partition(" ")
            word = said.upper().removeprefix("UID ").partition(" ")[0]
            self.mailbox.commands.append(said)
            if word == self.mailbox.breaks_at:
                return
            getattr(self, f"_{word.lower()}")(tag, said)
            if word == "LOGOUT":
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _encrypt(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES / "server.pem", CERTIFICATES / "server.key")
        self.rfile.close()
        self.wfile.close()
        self.connection = context.wrap_socket(self.connection, server_side=True, do_handshake_on_connect=False)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)

    def _capability(self, tag: str, _said: str) -> None:
        self._say(f"* CAPABILITY IMAP4rev1{' STARTTLS' if self.mailbox.security == 'starttls' else ''}")
        self._say(f"{tag} OK done")

    def _starttls(self, tag: str, _said: str) -> None:
        self._say(f"{tag} OK begin")
        self._encrypt()

    def _login(self, tag: str, said: str) -> None:
        quoted = PASSWORD.replace('"', '\\"')
        is_known = said == f'LOGIN {USER} "{quoted}"'
        self._say(f"{tag} OK welcome" if is_known else f"{tag} NO [AUTHENTICATIONFAILED] who are you")

    def _select(self, tag: str, said: str) -> None:
        if said != 'SELECT "INBOX"':
            self._say(f"{tag} NO there is none")
            return
        self._say(f"* {len(self.mailbox.messages)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.mailbox.validity}] these are the numbers")
        self._say(f"{tag} OK [READ-WRITE] opened")

    def _search(self, tag: str, said: str) -> None:
        found = self.mailbox.numbers(said.removeprefix("UID SEARCH ")) if self.mailbox.messages else []
        self._say(f"* SEARCH {' '.join(str(one) for one in found)}".rstrip())
        self._say(f"{tag} OK done")

    def _fetch(self, tag: str, said: str) -> None:
        asked = re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", said)
        assert asked is not None
        if (raw := self.mailbox.messages.get(int(asked[1]))) is not None:
            part = raw[: int(asked[2])]
            self.wfile.write(f"* 1 FETCH (UID {asked[1]} BODY[]<0> {{{len(part)}}}\r\n".encode() + part + b")\r\n")
        self._say(f"{tag} OK done")

    def _store(self, tag: str, said: str) -> None:
        self.mailbox.seen.add(int(said.split()[2]))
        self._say(f"{tag} OK done")

    def _logout(self, tag: str, _said: str) -> None:
        self._say(f"* BYE\r\n{tag} OK done")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Whoever does not trust us hangs up, which is what some tests want."""


@contextmanager
def serving(mailbox: Mailbox) -> Iterator[int]:
    """The port where the mailbox answers meanwhile."""
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.mailbox = mailbox  # type: ignore[attr-defined]
        answering = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        answering.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            answering.join()
