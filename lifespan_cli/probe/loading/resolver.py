"""Phases import and resolve: the target's module, the attribute path in it, and the factory's call."""

from lifespan_cli.probe.internals.importing import import_module
from lifespan_cli.probe.loading.call_traits import traits_of
from lifespan_cli.probe.loading.callable_shape import FunctionKind, attribute_of, is_a, shape_of
from lifespan_cli.probe.loading.modules import attributes, file_of
from lifespan_cli.probe.wire import text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

    from lifespan_cli.probe.config import Options
    from lifespan_cli.probe.wire import Wire

USUAL_NAMES = ("app", "application", "api")
APP_SHAPES = ("asgi3", "asgi2", "partial")
MOST_NAMES = 200


class MissingError(Exception):
    """The attribute path leads nowhere, or no attribute was named and several or none would do."""


def resolve(module: "ModuleType", attribute: str) -> "tuple[str, Any]":
    """The attribute path that was taken and the object it leads to. Raises MissingError."""
    if not attribute:
        attribute = _usual(module)
    value: Any = module
    for name in attribute.split("."):
        try:
            value = getattr(value, name)
        except AttributeError:
            raise MissingError(name) from None
    return attribute, value


def _usual(module: "ModuleType") -> str:
    """The usual name that is there, else the module's only ASGI application."""
    for name in USUAL_NAMES:
        if name in dict(_contents(module)):
            return name
    apps = applications(module)
    if len(apps) != 1:
        raise MissingError("")
    return apps[0]


def applications(module: "ModuleType") -> "list[str]":
    """The names of what looks like an ASGI application in the module: of its own making, not its imported classes."""
    return [name for name, value in _own(module) if shape_of(value) in APP_SHAPES][:MOST_NAMES]


def factories(module: "ModuleType") -> "list[str]":
    """The names of the module's own functions that can be called without arguments; one of them may be a factory."""
    return [name for name, value in _own(module) if is_a(FunctionKind, value) and _is_bare(value)][:MOST_NAMES]


def _is_bare(function: "Any") -> bool:
    """What a decorator makes may take whatever it is given; what it wraps tells more."""
    wrapped = attribute_of(function, "__wrapped__")
    return "no-arguments" in traits_of(function) and (wrapped is None or "no-arguments" in traits_of(wrapped))


def _own(module: "ModuleType") -> "Iterator[tuple[str, Any]]":
    """What the module holds under a public name, but for classes and the functions of other modules."""
    for name, value in _contents(module):
        foreign = is_a(FunctionKind, value) and attribute_of(value, "__module__") != attributes(module).get("__name__")
        if not (name.startswith("_") or foreign or is_a(type, value)):
            yield name, value


def _contents(module: "ModuleType") -> "list[tuple[str, Any]]":
    """What the module holds, by name. An application may put any object in its module's place, and anything into it."""
    return [(text(name, 200), value) for name, value in list(attributes(module).items()) if is_a(str, name)]


def report_missing(wire: "Wire", module: "ModuleType", attribute: str) -> None:
    """Tell what the module holds instead."""
    names = [name for name, _ in _contents(module) if not name.startswith("_")][:MOST_NAMES]
    wire.put(
        "Found",
        shape="missing",
        type="module",
        name=text(attributes(module).get("__name__"), 200),
        path=_file(module),
        line=None,
        attribute=attribute,
        names=tuple(names),
        apps=tuple(applications(module)),
        factories=tuple(factories(module)),
    )


def report_found(
    wire: "Wire", module: "ModuleType", attribute: str, value: "Any", shape: str, awaited: bool = False
) -> None:
    """Tell what the name led to; `awaited`, where an async factory had to come to it."""
    code = attribute_of(value, "__code__")
    line = attribute_of(code, "co_firstlineno")
    name = attribute_of(value, "__qualname__")
    wire.put(
        "Found",
        shape=shape,
        type=type_name(type(value)),
        name=text(name) if is_a(str, name) else type_name(type(value)),
        path=_file(module),
        line=line if type(line) is int and attribute_of(code, "co_filename") == _file(module) else None,
        attribute=attribute,
        traits=traits_of(value, awaited),
    )


def _file(module: "ModuleType") -> "str | None":
    path = file_of(module)
    return None if path is None else text(path)


def import_phases(wire: "Wire", options: "Options") -> "tuple[ModuleType, str, Any] | None":
    """Run preload, import and resolve. None where one failed; what a factory returned may still be a coroutine."""
    try:
        if options.preload:
            wire.begin("preload")
            for name in options.preload:
                import_module(name)
            wire.end("ok")
        wire.begin("import")
        module = import_module(options.module)
        wire.end("ok")
    except BaseException as error:
        wire.end("crashed")
        wire.raised(error)
        return None
    wire.begin("resolve")
    try:
        attribute, value = resolve(module, options.attribute)
        if options.factory:
            value = value()
    except MissingError:
        wire.end("failed")
        report_missing(wire, module, options.attribute)
        return None
    except BaseException as error:
        wire.end("crashed")
        wire.raised(error)
        return None
    wire.end("ok")
    return module, attribute, value
