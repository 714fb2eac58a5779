"""From what somebody typed to what they want: pure, the same every time, and quick."""

from core.conversation.understanding.reader import Reader
from core.conversation.understanding.text import Cleaned, clean
from core.conversation.understanding.understood import Intent, Slot, Understanding

__all__ = ["Cleaned", "Intent", "Reader", "Slot", "Understanding", "clean"]
