"""What modules hold, read without running code of theirs: no `__getattr__`, no property, no import of a lazy module.

An application may put any object in a module's place, and `importlib.util.LazyLoader` puts one there that is imported
when an attribute is asked for.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

loaded = sys.modules
"""The interpreter's own dictionary, also when the application binds another one to `sys.modules`."""
_Member = type(vars(type(sys))["__dict__"])
_GetSet = type(type(lambda: None).__dict__["__code__"])
_mro = type.__dict__["__mro__"]
_namespace = type.__dict__["__dict__"]


def attributes(value: "Any") -> "dict[Any, Any]":
    """What the object itself holds by name; empty where it has no dictionary, or hides it behind code of its own."""
    for kind in _mro.__get__(type(value)):
        found = _namespace.__get__(kind).get("__dict__")
        if found is not None:
            held = found.__get__(value) if type(found) in (_Member, _GetSet) else None
            return held if type(held) is dict else {}
    return {}


def file_of(module: "Any") -> "str | None":
    """The path that the module holds as its `__file__`."""
    path = attributes(module).get("__file__")
    return path if issubclass(type(path), str) else None
