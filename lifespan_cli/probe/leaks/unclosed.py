"""The classes whose objects complain when they are dropped unclosed, and where each object was made.

Their destructors are Python functions that warn, or call the event loop's exception handler. Objects are noted when
their `__init__` is called, where there are events of code: on Python 3.12 and newer.
"""

from lifespan_cli.probe.loading.modules import attributes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

COMPLAINS = frozenset({"ResourceWarning", "call_exception_handler"})
"""What the code of such a destructor mentions."""
Function = type(lambda: None)
_mro = type.__dict__["__mro__"]
_namespace = type.__dict__["__dict__"]


def initializers(modules: "Iterable[Any]") -> "Iterator[Any]":
    """The `__init__` functions of these classes, in these modules."""
    found: dict[int, Any] = {}
    for module in modules:
        for value in list(attributes(module).values()):
            if issubclass(type(value), type):
                made = _initializer(value) if _complains(value) else None
                if made is not None:
                    found[id(made)] = made
    yield from found.values()


def _complains(kind: type) -> bool:
    destructor = _namespace.__get__(kind).get("__del__")
    return type(destructor) is Function and not COMPLAINS.isdisjoint(destructor.__code__.co_names)


def _initializer(kind: type) -> "Any":
    for base in _mro.__get__(kind):
        made = _namespace.__get__(base).get("__init__")
        if made is not None:
            return made if type(made) is Function else None
    return None
