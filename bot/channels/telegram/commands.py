"""What commands ask for, and the menu of them in each language. Pure."""

import re
from collections.abc import Callable

from telegram import BotCommand

COMMANDS = {
    "start": "greeting",
    "help": "help",
    "orders": "order_history",
    "track": "track_order",
    "invoice": "get_invoice",
    "return": "return_item",
    "stock": "stock_level",
    "human": "talk_to_human",
    "tickets": "ticket_status",
    "notices": "notification_settings",
    "stop": "notification_settings",
    "link": "link_account",
    "unlink": "unlink_account",
    "access": "who_has_access",
    "language": "change_language",
    "cancel": "cancel_flow",
}
MENU = ("track", "orders", "invoice", "return", "stock", "human", "notices", "link", "unlink", "language", "help")
_WORD = {"stop": "STOP"}  # commands that are that word, typed
_TYPED = re.compile(r"/([a-z0-9_]{1,32})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)


def command_in(text: str, bot: str) -> tuple[str, str] | None:
    """The intent that a command names, if it is no word, and what was typed; None where it is none, or another bot's.

    `bot` is the name that people may write after the command in a group, empty where it is not known.
    """
    found = _TYPED.fullmatch(text.strip())
    if found is None or (found[2] and bot and found[2].casefold() != bot.casefold()):
        return None
    name, typed = found[1].lower(), (found[3] or "").strip()
    if name in _WORD and not typed:
        return "", _WORD[name]
    return (COMMANDS[name], typed) if name in COMMANDS else None


def menu(label: Callable[[str], str]) -> list[dict[str, str]]:
    """The commands people are shown, each with what its intent is called."""
    return [BotCommand(name, label(COMMANDS[name])[:256]).to_dict() for name in MENU]
