"""Reads attributes as they are stored: no property, `__getattr__`, lazy load or proxy of the application runs for it.

Like `inspect.getattr_static`, which is not imported into the application's process.
"""

from lifespan_cli.probe.loading.modules import attributes
from lifespan_cli.probe.loading.server_imports import standard_if_loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import CodeType, FunctionType
    from typing import Any

MISSING: "Any" = object()
"""What is read where nothing is stored."""
MOST = 100_000
"""So many values of one container are read."""


class _Sample:
    __slots__ = ("slot",)

    def method(self) -> None: ...

    def steps(self) -> "Iterator[None]":
        yield

    async def async_steps(self) -> "AsyncIterator[None]":
        yield


FunctionKind: "Any" = type(_Sample.method)
MethodKind: "Any" = type(_Sample().method)
SlotKind: "Any" = type(_Sample.__dict__["slot"])
GeneratorKind: "Any" = type(_Sample().steps())
AsyncGeneratorKind: "Any" = type(_Sample().async_steps())
_mro = type.__dict__["__mro__"].__get__
_names = type.__dict__["__dict__"].__get__
_qualname = type.__dict__["__qualname__"].__get__


def bases(kind: type) -> "tuple[type, ...]":
    """The class and those it inherits from, in the order in which attributes are looked up."""
    found: tuple[type, ...] = _mro(kind)
    return found


def is_class(value: object) -> bool:
    """It is a class, whatever it says of itself."""
    return type in bases(type(value))


def named(kind: type) -> "tuple[str, str]":
    """The module and the qualified name that the class was made with; empty where they are not text."""
    module, name = _names(kind).get("__module__"), _qualname(kind)
    return module if type(module) is str else "", name


def stored(value: object, name: str, default: "Any" = None) -> "Any":
    """The instance's own attribute of that name."""
    values = attributes(value)
    if name in values:
        return values[name]
    found = of_class(type(value), name)
    if type(found) is SlotKind:
        try:
            return found.__get__(value)
        except Exception:  # nothing is in the slot
            return default
    return default


def of_class(kind: type, name: str, default: "Any" = None) -> "Any":
    """What the class or one of its bases has under that name: a function, say, or a descriptor, neither called."""
    for one in bases(kind):
        names = _names(one)
        if name in names:
            return names[name]
    return default


def members(value: object) -> "Iterator[tuple[str, Any]]":
    """The instance's own attributes, also those in slots, with their names."""
    yield from list(attributes(value).items())[:MOST]
    for kind in bases(type(value)):
        for name, found in list(_names(kind).items())[:MOST]:
            if type(found) is SlotKind and type(name) is str and not name.startswith("__"):
                held = stored(value, name, MISSING)
                if held is not MISSING:
                    yield name, held


def elements(value: "Any") -> "list[tuple[str, Any]]":
    """What a list, tuple, set or dict holds, a dict's values with their key where that is text; also a subclass's."""
    kinds = bases(type(value))
    if dict in kinds:
        return [(key if type(key) is str else "", held) for key, held in list(dict.items(value))[:MOST]]
    sequences: tuple[Any, ...] = (list, tuple, set, frozenset)
    for kind in sequences:
        if kind in kinds:
            return [("", held) for held in list(kind.__iter__(value))[:MOST]]
    return []


def code_of(function: "Any") -> "CodeType | None":
    """The code of a Python function."""
    code: CodeType | None = function.__code__ if type(function) is FunctionKind else None
    return code


def cells(function: "FunctionType") -> "Iterator[tuple[str, Any]]":
    """The variables that a function closes over, with their names; those that have no value yet are left out."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            yield name, cell.cell_contents
        except ValueError:
            continue


def is_partial(value: object) -> bool:
    """It is a functools.partial."""
    return (_partial() or MISSING) in bases(type(value))


def partial_parts(value: object) -> "tuple[Any, Any, Any]":
    """The function, arguments and keyword arguments of a functools.partial, also of a class that hides them."""
    function, args, keywords = (of_class(_partial() or type, name) for name in ("func", "args", "keywords"))
    return function.__get__(value), args.__get__(value), keywords.__get__(value)


def _partial() -> "type | None":
    functools = standard_if_loaded("functools")
    kind = attributes(functools).get("partial")
    return kind if is_class(kind) else None
