"""A message as bounded plain values: whatever the application sends, the wire carries a description of it."""

from lifespan_cli.probe.wire import text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KNOWN_TYPES = (
    "lifespan.startup.complete",
    "lifespan.startup.failed",
    "lifespan.shutdown.complete",
    "lifespan.shutdown.failed",
)
MOST_FIELDS = 20


def describe_message(message: "Any") -> "dict[str, Any]":
    """The fields `type`, `message`, `python_type` and `fields` of the event `Passed`."""
    python_type = "dict" if isinstance(message, dict) else type_name(type(message))
    described: dict[str, Any] = {
        "type": f"<{python_type}>",
        "message": None,
        "python_type": python_type,
        "fields": {},
    }
    if not isinstance(message, dict):
        return described
    # dict's own methods: a subclass may lie, and servers look the type up once
    for index, (key, value) in enumerate(dict.items(message)):
        if index < MOST_FIELDS or (isinstance(key, str) and key in ("type", "message")):
            name = text(key, 100) if isinstance(key, str) else f"<{type_name(type(key))}>"
            described["fields"][name] = "str" if isinstance(value, str) else type_name(type(value))
    kind = dict.get(message, "type")
    if isinstance(kind, str):
        described["type"] = text(kind, 200)
    else:
        described["type"] = f"<type: {type_name(type(kind))}>" if "type" in described["fields"] else "<no type>"
    said = dict.get(message, "message")
    if isinstance(said, str):
        described["message"] = text(said)
    return described
