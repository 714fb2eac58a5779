"""What every handler of Slack works with: the portal, the settings, and a way across to it that blocks nobody."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ParamSpec, TypeVar

from core.clock import Clock, utc_now
from core.config import Config, Slack
from core.portal import Portal

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
_CLERKS, _WORKERS = 32, 2


@dataclass
class SlackDoor:
    """The Slack door over a portal; what it does after it thanked Slack goes on in `under_way`."""

    portal: Portal
    config: Config
    clock: Clock = utc_now
    under_way: set["asyncio.Task[None]"] = field(default_factory=set)
    _clerks: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_CLERKS, "slack-clerk"))
    _workers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_WORKERS, "slack"))

    @property
    def settings(self) -> Slack:
        """The configuration's own section."""
        return self.config.slack

    async def ask(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a verb of the portal in a thread: the core is synchronous, the door is not."""
        return await asyncio.get_running_loop().run_in_executor(self._clerks, partial(verb, *args, **kwargs))

    async def work(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a verb that takes its time, in threads of its own: what Slack waits for does not queue behind it."""
        return await asyncio.get_running_loop().run_in_executor(self._workers, partial(verb, *args, **kwargs))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something after Slack has its acknowledgement; trouble is logged, and never Slack's."""
        task = asyncio.create_task(guarded(work))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)

    def close(self) -> None:
        """Begin nothing more; what is stored waits for whoever starts next."""
        self._clerks.shutdown(wait=False)
        self._workers.shutdown(wait=False)

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""
        while self.under_way:
            await asyncio.gather(*self.under_way)


async def guarded(work: Coroutine[Any, Any, None]) -> None:
    """Do what nobody waits for; trouble is logged, without what it says."""
    try:
        await work
    except Exception:
        log.exception("something after an acknowledgement failed", extra={"reference": secrets.token_hex(4)})
