"""A standalone Spark cluster, one master and its workers as processes of their own on loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LONGEST_S = 240
QUICK_TO_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_DEPLOY = "org.apache.spark.deploy"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Cluster:
    """A master and its workers on loopback."""

    port: int
    page: int
    environment: dict[str, str]
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def master(self) -> str:
        return f"spark://127.0.0.1:{self.port}"

    def state(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.page}/json/", timeout=5) as answer:
            told: dict[str, Any] = json.loads(answer.read())
            return told

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        import pyspark

        spark_class = Path(str(pyspark.__file__)).parent / "bin" / "spark-class"
        with (self.folder / f"{arguments[0].rsplit('.', 1)[-1]}-{len(self.workers)}.log").open("wb") as log:
            return subprocess.Popen(
                [str(spark_class), *arguments], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def wait_for(self, what: str, count: int) -> None:
        deadline = time.monotonic() + LONGEST_S
        while time.monotonic() < deadline:
            try:
                if len([one for one in self.state()[what] if one.get("state") in {"ALIVE", "RUNNING"}]) >= count:
                    return
            except OSError:
                pass
            time.sleep(0.3)
        raise AssertionError(f"no {count} {what} within {LONGEST_S} s")


@contextmanager
def standing(folder: Path, java: str = "", memory: str = "1g") -> Iterator[Cluster]:
    """A cluster of two workers with a core each, as long as it is wanted; `java` are options of every Java process."""
    environment = {
        **os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(ROOT),
        "SPARK_WORKER_DIR": str(folder / "work"), "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_CONF_DIR": str(folder), **({"JDK_JAVA_OPTIONS": java} if java else {}),
    }  # fmt: skip
    settings = f"spark.ui.enabled false\nspark.executor.memory {memory}\n"
    (folder / "spark-defaults.conf").write_text(settings, encoding="utf-8")
    started = Cluster(free_port(), free_port(), environment, folder)
    where = ("--host", "127.0.0.1", "--port", str(started.port), "--webui-port", str(started.page))
    master = started.start(f"{_DEPLOY}.master.Master", *where)
    try:
        for _ in range(2):
            own = ("--host", "127.0.0.1", "--webui-port", str(free_port()), "--cores", "1", "--memory", memory)
            started.workers.append(started.start(f"{_DEPLOY}.worker.Worker", *own, started.master))
        started.wait_for("workers", 2)
        yield started
    finally:
        for process in (master, *started.workers):
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait(timeout=30)
