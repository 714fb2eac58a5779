"""Every block built anew by slackblocks, an independent implementation of Slack's limits; what it refuses is wrong."""

from collections.abc import Callable, Mapping
from typing import Any

import slackblocks as kit
from slackblocks.objects import Text

_MOST_IN_A_MESSAGE, _MOST_IN_A_VIEW, _MOST_CHARACTERS = 50, 100, 13_000


def check_message(text: str, blocks: list[dict[str, Any]]) -> None:
    """A message as `chat.postMessage` takes it.

    Raises:
        Exception: one of Slack's rules does not hold.
    """
    if not text:
        raise ValueError("no text beside the blocks")
    if len(blocks) > _MOST_IN_A_MESSAGE or characters(blocks) > _MOST_CHARACTERS:
        raise ValueError("too much for one message")
    kit.Message(channel="C0", text=text, blocks=[built(block) for block in blocks] or None)


def check_view(view: Mapping[str, Any]) -> None:
    """A modal or a home tab as `views.open` and `views.publish` take it."""
    if len(view["blocks"]) > _MOST_IN_A_VIEW:
        raise ValueError("too many blocks")
    rest = {name: view[name] for name in ("private_metadata", "callback_id", "external_id") if name in view}
    blocks = [built(block) for block in view["blocks"]]
    if view["type"] == "home":
        kit.HomeTabView(blocks=blocks, **rest)
    else:
        words = {name: _text(view[name]) for name in ("title", "close", "submit") if name in view}
        kit.ModalView(blocks=blocks, **words, **rest)


def characters(value: Any) -> int:
    """How many characters of text are in some blocks."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(characters(inner) for inner in value.values() if isinstance(inner, dict | list))
    return sum(characters(inner) for inner in value) if isinstance(value, list) else 0


def built(block: Mapping[str, Any]) -> Any:
    """A block of slackblocks' own, made of ours.

    Raises:
        Exception: it is no block Slack would take, or one that nobody has taught this function.
    """
    kind = block["type"]
    named = {"block_id": block["block_id"]} if "block_id" in block else {}
    if kind in _BLOCKS:
        return _BLOCKS[kind](block, named)
    return kit.Block.from_dict(dict(block))


def _section(block: Mapping[str, Any], named: dict[str, Any]) -> Any:
    accessory = _element(block["accessory"]) if "accessory" in block else None
    fields = [_text(field) for field in block["fields"]] if "fields" in block else None
    text = _text(block["text"]) if "text" in block else None
    return kit.SectionBlock(text=text, fields=fields, accessory=accessory, **named)


def _actions(block: Mapping[str, Any], named: dict[str, Any]) -> Any:
    ids = [element["action_id"] for element in block["elements"]]
    if len(ids) != len(set(ids)):
        raise ValueError("two elements of a block share an action id")
    return kit.ActionsBlock(elements=[_element(element) for element in block["elements"]], **named)


def _input(block: Mapping[str, Any], named: dict[str, Any]) -> Any:
    rest = {name: block[name] for name in ("dispatch_action", "optional") if name in block}
    hint = {"hint": _text(block["hint"])} if "hint" in block else {}
    return kit.InputBlock(label=_text(block["label"]), element=_element(block["element"]), **hint, **rest, **named)


def _chart(block: Mapping[str, Any], named: dict[str, Any]) -> Any:
    chart = dict(block["chart"])
    made = {"line": kit.LineChart}[chart["type"]]
    series = [kit.DataSeries(one["name"], [kit.DataPoint(**point) for point in one["data"]]) for one in chart["series"]]
    return kit.DataVisualizationBlock(block["title"], made(series, kit.AxisConfig(**chart["axis_config"])), **named)


_BLOCKS: dict[str, Callable[[Mapping[str, Any], dict[str, Any]], Any]] = {
    "section": _section,
    "actions": _actions,
    "input": _input,
    "data_visualization": _chart,
}
_ELEMENTS = {
    "button": "Button",
    "static_select": "StaticSelectMenu",
    "multi_static_select": "StaticMultiSelectMenu",
    "plain_text_input": "PlainTextInput",
    "number_input": "NumberInput",
    "datepicker": "DatePicker",
    "overflow": "OverflowMenu",
    "radio_buttons": "RadioButtonGroup",
    "checkboxes": "CheckboxGroup",
    "image": "Image",
}
_TEXTS = frozenset({"text", "placeholder", "description"})


def _element(element: Mapping[str, Any]) -> Any:
    made = getattr(kit, _ELEMENTS[element["type"]])
    return made(**{name: _part(name, value) for name, value in element.items() if name != "type"})


def _part(name: str, value: Any) -> Any:
    if name == "confirm":
        return kit.Confirm.from_dict(value)
    if name == "dispatch_action_config":
        return kit.DispatchActionConfiguration(**value)
    if name in {"options", "initial_options"}:
        return [_option(one) for one in value]
    if name == "initial_option":
        return _option(value)
    return _text(value) if name in _TEXTS and isinstance(value, dict) else value


def _option(option: Mapping[str, Any]) -> Any:
    return kit.Option(**{name: _part(name, value) for name, value in option.items()})


def _text(text: Mapping[str, Any]) -> Any:
    return Text.from_dict(dict(text))
