"""A message as bounded plain values: whatever the application sends, the wire carries a description of it.

What a value is, its type says: `isinstance` would also ask the value, which may lie or raise.
"""

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
    python_type = "dict" if _is_a(dict, message) else type_name(type(message))
    described: dict[str, Any] = {
        "type": f"<{python_type}>",
        "message": None,
        "python_type": python_type,
        "fields": {},
    }
    if not _is_a(dict, message):
        return described
    # dict's own methods: a subclass may lie, and servers look the type up once
    for index, (key, value) in enumerate(dict.items(message)):
        name = text(key, 100) if _is_a(str, key) else f"<{type_name(type(key))}>"
        if index < MOST_FIELDS or name in ("type", "message"):
            described["fields"][name] = "str" if _is_a(str, value) else type_name(type(value))
    kind = dict.get(message, "type")
    if _is_a(str, kind):
        described["type"] = text(kind, 200)
    else:
        described["type"] = f"<type: {type_name(type(kind))}>" if "type" in described["fields"] else "<no type>"
    said = dict.get(message, "message")
    if _is_a(str, said):
        described["message"] = text(said)
    return described


def _is_a(kind: type, value: "Any") -> bool:
    return issubclass(type(value), kind)
