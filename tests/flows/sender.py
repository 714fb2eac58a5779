"""A process of its own that sends what is due: python -m tests.flows.sender DATABASE FOLDER.

The folder holds its clock (`now`), what it handed over (`taken`), and, as long as it should not get an answer, `hold`.
"""

import sys
import time
from datetime import datetime
from pathlib import Path

from core.config import Config
from core.database.engine import Database
from core.mailroom.ports import Post
from core.portal import Portal


class SlowCourier:
    """Hands over at once, and hears of it only when it may."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, post: Post) -> str:
        """Write the key down, and wait."""
        with (self._folder / "taken").open("a", encoding="utf-8") as taken:
            taken.write(f"{post.key}\n")
        while (self._folder / "hold").exists():
            time.sleep(0.02)
        return "from the sender"


def main() -> None:
    """Send once."""
    folder = Path(sys.argv[2])

    def clock() -> datetime:
        return datetime.fromisoformat((folder / "now").read_text(encoding="utf-8"))

    Portal(Database(sys.argv[1]), Config(), clock, {"email": SlowCourier(folder)}).deliver(1)


if __name__ == "__main__":
    main()
