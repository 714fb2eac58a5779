"""The demo as a newcomer meets it: first and later starts, planning, memory, --help: python -m benchmarks.demo."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.machine import machine, quantile, table
from benchmarks.served import free_port

_PATIENCE_S = 60


def measure() -> list[tuple[str, str, str]]:
    """Start the demo twice in an empty folder and look at it while it runs."""
    with tempfile.TemporaryDirectory() as folder:
        first, _ = _start(folder)
        second, resident = _start(folder)
        planning = _planning(folder)
    helps = sorted(_timed([sys.executable, "-m", "bot", "--help"]) for _ in range(7))
    return [
        ("first start, shop loaded and planned", f"{first:.1f} s", "under 15 s"),
        ("later start", f"{second:.1f} s", "under 5 s"),
        ("resident memory while running", f"{resident:,.0f} MiB", "under 300 MiB"),
        ("planning the shop, whole command", f"{planning:.2f} s", "under 2 s"),
        ("--help, median of 7", f"{quantile(helps, 0.5):.2f} s", "within 0.3 s"),
    ]


def _start(folder: str) -> tuple[float, float]:
    port = free_port()
    began = time.perf_counter()
    command = [sys.executable, "-m", "bot", "demo", "--folder", folder, "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not _answers(port):
            if running.poll() is not None or time.perf_counter() - began > _PATIENCE_S:
                sys.exit("The demo did not come up.")
            time.sleep(0.05)
        seconds = time.perf_counter() - began
        time.sleep(3)  # the scheduler has run its jobs a few times
        status = Path(f"/proc/{running.pid}/status").read_text(encoding="utf-8")
        resident = int(next(iter(re.findall(r"VmRSS:\s+(\d+) kB", status)), "0")) / 1024
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(timeout=15)
    return seconds, resident


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _planning(folder: str) -> float:
    environment = {**os.environ, "STOREKEEPER__DATABASE__URL": f"sqlite:///{folder}/storekeeper.db"}
    return _timed([sys.executable, "-m", "bot", "plan", "--json"], environment)


def _timed(command: list[str], environment: dict[str, str] | None = None) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    print(machine())
    table("The demo", measure())


if __name__ == "__main__":
    main()
