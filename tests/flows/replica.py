"""A replica that is a process of its own: python -m tests.flows.replica DATABASE FILE NOW.

It answers what waits in chats, makes the plan that is due, and sends all there is, writing down what it handed over.
"""

import sys
from datetime import datetime
from pathlib import Path

from core.config import Config
from core.database.engine import Database
from core.mailroom.ports import Post
from core.portal import Portal
from scheduler import jobs


class Courier:
    """Writes down what it hands over."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def send(self, post: Post) -> str:
        """Take a letter."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{post.key}\n")
        return post.key


def main() -> None:
    """Do all there is to do once."""
    now, courier = datetime.fromisoformat(sys.argv[3]), Courier(Path(sys.argv[2]))
    portal = Portal(Database(sys.argv[1]), Config(), lambda: now, {"email": courier, "console": courier})
    for chat in portal.unanswered_chats("console"):
        while portal.answer_next("console", chat, lambda said, reply: [{"to": said.chat, "text": reply.text}]):
            pass
    jobs.plan(portal, now)
    while portal.deliver(3):
        pass


if __name__ == "__main__":
    main()
