"""What is executed when something that an application has registered is called, or entered as a context manager."""

import sys

from lifespan_cli.probe.frameworks.reading import (
    AsyncGeneratorKind,
    FunctionKind,
    GeneratorKind,
    MethodKind,
    cells,
    code_of,
    elements,
    is_class,
    is_partial,
    named,
    of_class,
    partial_parts,
    stored,
)
from lifespan_cli.probe.internals.contexts import generator_of
from lifespan_cli.probe.loading.modules import attributes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType, FunctionType
    from typing import Any

GENERATORS = 0x20 | 0x200
AWAITED = 0x80 | 0x200
"""Flags of the code of coroutine functions and async generators."""
MOST_LAYERS = 20
"""Partials, methods and decorators around one function."""


class Runnable:
    """What of a callable or a context manager is executed; `code` is None where that is no Python code."""

    __slots__ = ("bound", "code", "function", "identities", "kind", "label", "leave", "owner", "place", "value")

    def __init__(self, value: object, kind: str = "call") -> None:
        self.value = value
        """As it is registered; None once it is let go, as are `function` and `bound`."""
        self.kind = kind
        """`call`: the code runs. `generator`: it is entered with its first yield and left when it is resumed. `class`:
        `code` enters and `leave` leaves. `returns`: a call returns the context manager, whatever that is."""
        self.function: FunctionType | None = None
        """Whose code it is."""
        self.code: CodeType | None = None
        self.leave: CodeType | None = None
        self.bound: list[tuple[str, Any]] = []
        """Arguments that are given before any call, by the name under which the code knows them."""
        self.identities: dict[str, int] = {}
        """What tells it apart from others with the same code: of its arguments and of what it closes over."""
        self.label = ""
        """Its qualified name, or that of its class."""
        self.owner = 0
        """The identity of what the user wrote: of a function beneath decorators, methods and partials, or a class."""
        self.place: CodeType | None = None
        """The code in whose first line the user finds it."""

    def let_go(self) -> None:
        """Keep what tells it apart and where it stands, and no object of the application alive."""
        if self.value is None:
            return
        shown = _shown(self.value)
        self.label, self.owner, self.place = self._name(shown), id(shown), code_of(shown) or self.code
        held = cells(self.function) if self.function is not None else ()
        self.identities = {name: id(value) for name, value in (*held, *self.bound)}
        self.value, self.function, self.bound = None, None, []

    def _name(self, shown: "Any") -> str:
        if type(shown) is FunctionKind:
            return str(shown.__qualname__)
        if self.kind == "generator" and self.code is not None:
            return str(getattr(self.code, "co_qualname", self.code.co_name))
        kind = shown if is_class(shown) else type(shown)
        if kind is type(len):  # what is written in C tells its name without running code of anybody
            return str(of_class(kind, "__qualname__").__get__(shown))
        module, name = named(kind)
        return name if module in ("", "builtins") or is_class(shown) else f"{module}.{name}"

    @property
    def plain_name(self) -> str:
        """The last part of its name."""
        return self.label.rpartition(".")[2]


def _shown(value: "Any") -> object:
    """What the user wrote: beneath decorators, methods and partials."""
    for _ in range(MOST_LAYERS):
        if is_partial(value):
            value = partial_parts(value)[0]
        elif type(value) is MethodKind:
            value = value.__func__
        else:
            inner = stored(value, "__wrapped__") if type(value) is FunctionKind else None
            if inner is None:
                return value
            value = inner
    return value


def runnable_handler(value: object) -> Runnable:
    """What a handler of startup or shutdown executes."""
    found = Runnable(value)
    function, given, keywords = _unwrapped(value)
    if is_class(function):
        given = [MISSING_SELF, *given]
        function = of_class(function, "__init__")
    _bind(found, function, given, keywords)
    return found


def runnable_lifespan(value: object) -> Runnable:
    """What a lifespan executes: a function of contextlib's or its like, a class, or a call that returns either."""
    if _generator_code(value) is not None or _generator_code(generator_of(value)) is not None:
        return runnable_context(value)
    function, given, keywords = _unwrapped(value)
    if function is None:
        return runnable_context(value)
    if is_class(function):
        return _of_class(value, function)
    generator = _generator_function(function)
    found = Runnable(value, "returns" if generator is None else "generator")
    _bind(found, generator or function, given, keywords)
    return found


def runnable_context(value: object) -> Runnable:
    """What a context manager, an object that is made already, executes when it is entered and left; or a generator."""
    code = _generator_code(value) or _generator_code(generator_of(value))
    if code is None:
        return _of_class(value, type(value), [value])
    found = Runnable(value, "generator")
    found.code = code
    return found


def _generator_code(generator: "Any") -> "CodeType | None":
    code: CodeType | None = None
    if type(generator) is AsyncGeneratorKind:
        code = generator.ag_code
    elif type(generator) is GeneratorKind:
        code = generator.gi_code
    return code


def _of_class(value: object, kind: type, given: "list[Any] | None" = None) -> Runnable:
    found = Runnable(value, "class")
    enter = of_class(kind, "__aenter__", of_class(kind, "__enter__"))
    leave = of_class(kind, "__aexit__", of_class(kind, "__exit__"))
    _bind(found, enter, given or [], {})
    found.leave = code_of(leave)
    return found


MISSING_SELF: "Any" = object()
"""An argument whose value is not known before the call."""


def _bind(found: Runnable, function: object, given: "list[Any]", keywords: "dict[str, Any]") -> None:
    code = code_of(function)
    if code is None:
        return
    found.function, found.code = function, code  # type: ignore[assignment]  # what has code is a function
    names = code.co_varnames[: code.co_argcount]
    found.bound = [pair for pair in zip(names, given, strict=False) if pair[1] is not MISSING_SELF]
    accepted = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    found.bound += [(name, held) for name, held in keywords.items() if name in accepted]


def _unwrapped(value: "Any") -> "tuple[Any, list[Any], dict[str, Any]]":
    """The function or class beneath partials and methods, and the arguments that these give it."""
    given: list[Any] = []
    keywords: dict[str, Any] = {}
    for _ in range(MOST_LAYERS):
        if is_partial(value):
            value, args, named_args = partial_parts(value)
            given = [*(held for _, held in elements(args)), *given]
            keywords = {**dict(elements(named_args)), **keywords}
        elif type(value) is MethodKind:
            given = [value.__self__, *given]
            value = value.__func__
        elif type(value) is FunctionKind or is_class(value):
            break
        else:
            call = of_class(type(value), "__call__")
            if type(call) is not FunctionKind:
                return None, given, keywords
            given, value = [value, *given], call
    return value, given, keywords


def _generator_function(function: object) -> "FunctionType | None":
    """The generator function behind `@asynccontextmanager` or what is like it; None where there is none."""
    for _ in range(MOST_LAYERS):
        if type(function) is not FunctionKind:
            return None
        function = stored(function, "__wrapped__")
        code = code_of(function)
        if code is not None and code.co_flags & GENERATORS:
            return function  # type: ignore[return-value]  # it has code
    return None


def callees(runnable: Runnable) -> "Iterator[Runnable]":
    """The functions, methods and context managers that the code names, but those of the standard library.

    A name may be one of an object that is reached by up to two other names: `app.router.startup`.
    """
    function = runnable.function
    if function is None:
        return
    names = list(dict.fromkeys(names_of(function.__code__)))
    held = {**function.__globals__, **dict(cells(function))}
    objects = [held[name] for name in names if name in held] + [value for _, value in runnable.bound]
    seen: set[int] = set()
    for deepest in (False, False, True):
        inner = []
        for value in objects:
            if id(value) in seen:
                continue
            seen.add(id(value))
            yield from _callee(value, names)
            if not (deepest or is_class(value)):
                inner += [attributes(value)[name] for name in names if name in attributes(value)]
        objects = inner


def _callee(value: "Any", names: "list[str]") -> "Iterator[Runnable]":
    """What it is itself, and those of its methods that are named."""
    found = None
    if type(value) in (FunctionKind, MethodKind) or is_partial(value):
        found = runnable_lifespan(value)
        found = runnable_handler(value) if found.kind == "returns" else found
    elif is_class(value) and type(of_class(value, "__aenter__")) is FunctionKind:
        found = runnable_lifespan(value)
    if found is not None and not _is_of_standard_library(found):
        yield found
    for name in names:
        method = of_class(value if is_class(value) else type(value), name)
        if type(method) in (staticmethod, classmethod):
            method = method.__func__
        if type(method) is FunctionKind:
            generator = _generator_function(method)
            found = Runnable(method, "call" if generator is None else "generator")
            _bind(found, generator or method, [value], {})
            if not _is_of_standard_library(found):
                yield found


def _is_of_standard_library(runnable: Runnable) -> bool:
    module = "" if runnable.function is None else dict.get(runnable.function.__globals__, "__name__")
    return type(module) is str and module.partition(".")[0] in sys.stdlib_module_names


def awaited(found: "Iterable[Runnable]") -> "list[Runnable]":
    """Those of them that are waited for: coroutine functions and async context managers."""
    return [one for one in found if one.code is not None and one.code.co_flags & AWAITED]


def names_of(code: "CodeType") -> "Iterator[str]":
    """The names that the code and the functions within it use: globals, attributes, and what they close over."""
    yield from code.co_names
    yield from code.co_freevars
    for constant in code.co_consts:
        if type(constant) is type(code):
            yield from names_of(constant)
