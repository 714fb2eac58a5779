"""From what somebody typed to what they want: pure, the same every time, and quick."""

from core.conversation.understanding.reader import Reader
from core.conversation.understanding.text import Cleaned, clean, storable, storable_throughout
from core.conversation.understanding.understood import Intent, Part, Slot, Understanding

__all__ = ["Cleaned", "Intent", "Part", "Reader", "Slot", "Understanding", "clean", "storable", "storable_throughout"]
