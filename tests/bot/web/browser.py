"""What a browser without scripts does: keeps cookies, reads pages, fills in forms."""

from html.parser import HTMLParser
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.web.callers import SESSION


class Browser:
    """A client that sends forms as pages offer them."""

    def __init__(self, app: FastAPI) -> None:
        self.client = TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=True)

    def keep_session(self, token: str) -> None:
        """Be somebody who signed in."""
        self.client.cookies.set(SESSION, token, domain="127.0.0.1", path="/")

    def get(self, path: str, *, follow: bool = False, **headers: str) -> Any:
        """Ask for a page; redirects are shown unless they are to be followed."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, follow_redirects=follow, headers=sent)

    def send_form(self, page: str, action: str, **filled: str) -> Any:
        """Fill in the form of a page that goes to `action`, with the hidden fields it came with.

        A field's name is written with two underscores for its dash.
        """
        fields = forms(self.get(page, follow=True).text)[action]
        return self.post(action, {**fields, **{name.replace("__", "-"): value for name, value in filled.items()}})

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Any:
        """Send a form's fields."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, data=fields, follow_redirects=False, headers=sent)

    def say(self, content: object, **headers: str) -> Any:
        """One turn as a script has it."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post("/api/chat", json=content, headers=sent)

    def send_raw(self, path: str, body: Any, content_type: str = "application/json") -> Any:
        """A body as it is; an iterable goes in chunks, without its length."""
        return self.client.post(path, content=body, headers={"Content-Type": content_type})

    def close(self) -> None:
        """Leave."""
        self.client.close()


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._open: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open.append(self.found.setdefault(given["action"], {}))
        elif tag == "input" and self._open and "name" in given:
            self._open[-1][given["name"]] = given.get("value", "")
        elif tag == "button" and self._open and "formaction" in given:
            self.found[given["formaction"]] = self._open[-1]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open.pop()


def forms(page: str) -> dict[str, dict[str, str]]:
    """The fields of each form of a page, by where it is sent."""
    reader = _Forms()
    reader.feed(page)
    return reader.found
