"""Runs every benchmark that has what it needs, one after the other: python -m benchmarks."""

import subprocess
import sys

for name in ("demo", "imports", "turns", "understanding", "enquiries"):
    print(f"\n== {name}", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False)
