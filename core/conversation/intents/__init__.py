"""The things a person can ask for: every module of this folder is one, found by its name."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

INTENTS: dict[str, Any] = {
    found.name: import_module(f"{__name__}.{found.name}")
    for found in sorted(iter_modules(__path__), key=lambda m: m.name)
}
