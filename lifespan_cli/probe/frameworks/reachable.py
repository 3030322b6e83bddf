"""The applications that requests to the target may be passed on to: mounted, wrapped by middleware, or dispatched to.

Between applications of frameworks are callables of anybody's making. Of these all is read that they hold: attributes
whatever their name, what they close over, the arguments of partials, and the globals that their code names.
"""

import sys

from lifespan_cli.probe.frameworks.callables import names_of
from lifespan_cli.probe.frameworks.reading import (
    FunctionKind,
    MethodKind,
    cells,
    elements,
    is_class,
    is_partial,
    members,
    named,
    of_class,
    partial_parts,
)
from lifespan_cli.probe.loading.modules import attributes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FunctionType
    from typing import Any

    from lifespan_cli.probe.frameworks.base import Adapter

MOST_VALUES = 3000
DEEPEST = 24
PLAIN_OBJECTS = 2
"""Through so many objects in a row that cannot be called themselves."""
VAR_POSITIONAL = 0x4
CHANNELS = 3
"""Scope, receive and send."""


class Application:
    """An application of a framework, and the path under which it is mounted; empty for the target itself."""

    __slots__ = ("adapter", "mount", "value")

    def __init__(self, value: "Any", adapter: "Adapter", mount: str) -> None:
        self.value, self.adapter, self.mount = value, adapter, mount


def applications(target: object, adapters: "Iterable[Adapter]") -> "Iterator[Application]":
    """All that are reachable, the target's own first, each once."""
    seen: dict[int, object] = {}
    left = [(target, "", 0, 0)]
    while left and len(seen) < MOST_VALUES:
        value, mount, depth, plain = left.pop(0)
        if value is None or id(value) in seen or depth > DEEPEST:
            continue
        seen[id(value)] = value
        adapter = next((one for one in adapters if one.knows(value)), None)
        if adapter is not None:
            yield Application(value, adapter, mount)
            left[:0] = [(inner, mount + where, depth + 1, 0) for where, inner in adapter.inner(value)]
            continue
        contents = elements(value)
        if not contents:
            plain = 0 if _is_called(value) else plain + 1
        if plain <= PLAIN_OBJECTS:
            inners = contents or (("", inner) for inner in _held(value, depth == 0))
            left += [(inner, mount + _path(where), depth + 1, plain) for where, inner in inners]


def _path(key: str) -> str:
    """The key of a dict of applications, where it is a path."""
    return key if key.startswith("/") else ""


def _is_called(value: object) -> bool:
    """Calling it executes Python code that may pass the call on."""
    kind = type(value)
    return kind in (FunctionKind, MethodKind) or is_partial(value) or type(of_class(kind, "__call__")) is FunctionKind


def _held(value: "Any", is_target: bool) -> "Iterator[Any]":
    """What a value that is no framework's application holds."""
    if type(value) is FunctionKind:
        if is_target or _takes_channels(value):
            yield from _of_function(value)
    elif type(value) is MethodKind:
        yield value.__self__
        yield from _of_function(value.__func__)
    elif is_partial(value):
        yield from partial_parts(value)
    elif not (is_class(value) or _is_of_standard_library(type(value))):
        for _, inner in members(value):
            yield inner
        call = of_class(type(value), "__call__")
        if type(call) is FunctionKind:
            yield from _of_function(call)


def _is_of_standard_library(kind: type) -> bool:
    """Modules, loggers, locks and the like, which hold no applications and much else."""
    module = named(kind)[0].partition(".")[0]
    return module in sys.stdlib_module_names and module != "types"


def _of_function(function: "FunctionType") -> "Iterator[Any]":
    """What it closes over and the globals that it names. Another function of its module that takes part, such as one
    that chooses among applications, is read here as well."""
    yield from _named_by(function)
    for value in _named_by(function):
        if type(value) is FunctionKind and value.__globals__ is function.__globals__ and not _takes_channels(value):
            for inner in _named_by(value):
                if type(inner) is not FunctionKind:
                    yield inner


def _named_by(function: "FunctionType") -> "Iterator[Any]":
    scope = function.__globals__
    for _, value in cells(function):
        yield value
    names = dict.fromkeys(names_of(function.__code__))
    for name in names:
        value = dict.get(scope, name)
        if type(value) is type(sys):
            inside = attributes(value)
            for attribute in names:
                yield inside.get(attribute)
        elif value is not None:
            yield value


def _takes_channels(function: "FunctionType") -> bool:
    """It may be called as an application is, or as a method of one."""
    code = function.__code__
    return bool(code.co_flags & VAR_POSITIONAL) or code.co_argcount >= CHANNELS
