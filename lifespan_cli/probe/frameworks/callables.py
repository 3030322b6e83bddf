"""What is executed when something that an application has registered is called, or entered as a context manager."""

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

    __slots__ = ("bound", "code", "function", "kind", "leave", "value")

    def __init__(self, value: object, kind: str = "call") -> None:
        self.value = value
        """As it is registered."""
        self.kind = kind
        """`call`: the code runs. `generator`: it is entered with its first yield and left when it is resumed. `class`:
        `code` enters and `leave` leaves. `returns`: a call returns the context manager, whatever that is."""
        self.function: FunctionType | None = None
        """Whose code it is."""
        self.code: CodeType | None = None
        self.leave: CodeType | None = None
        self.bound: list[tuple[str, Any]] = []
        """Arguments that are given before any call, by the name under which the code knows them."""

    def variables(self) -> "list[tuple[str, Any]]":
        """What distinguishes it from others with the same code: given arguments, and what it closes over now."""
        return [*self.bound, *(cells(self.function) if self.function is not None else ())]

    @property
    def shown(self) -> object:
        """What the user wrote: beneath decorators, methods and partials."""
        value: Any = self.value
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

    def name(self) -> str:
        """The qualified name of the function or class, or of the class of an object."""
        shown: Any = self.shown
        if type(shown) is FunctionKind:
            return str(shown.__qualname__)
        if self.kind == "generator" and self.code is not None:
            return str(getattr(self.code, "co_qualname", self.code.co_name))
        kind = shown if is_class(shown) else type(shown)
        module, name = named(kind)
        own = of_class(kind, "__qualname__")
        if kind is type(len):  # what is written in C tells its name without running code of anybody
            return str(own.__get__(shown))
        return name if module in ("", "builtins") or is_class(shown) else f"{module}.{name}"

    def place(self) -> "CodeType | None":
        """The code in whose first line the user finds it."""
        return code_of(self.shown) or self.code


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
    """The functions, methods and context managers of the application that the code names, as far as names tell."""
    function = runnable.function
    if function is None:
        return
    names = set(names_of(function.__code__))
    scope = function.__globals__
    held = dict(cells(function))
    objects = [held[name] if name in held else scope[name] for name in names if name in held or name in scope]
    objects += [value for _, value in runnable.bound]
    for depth in range(2):
        for value in list(objects):
            found = as_callee(value) if not depth else None
            if found is not None:
                yield found
            for name in names:
                method = of_class(value if is_class(value) else type(value), name)
                if type(method) is FunctionKind:
                    yield _method(method, value)
                inner = attributes(value).get(name) if not is_class(value) else None
                if inner is not None and not depth:
                    objects.append(inner)


def as_callee(value: object) -> "Runnable | None":
    """A function or a context manager's class that a name leads to."""
    if type(value) is FunctionKind or type(value) is MethodKind or is_partial(value):
        found = runnable_lifespan(value)
        return runnable_handler(value) if found.kind == "returns" else found
    if is_class(value) and type(of_class(value, "__aenter__")) is FunctionKind:  # type: ignore[arg-type]  # a class
        return runnable_lifespan(value)
    return None


def awaited(found: "Iterable[Runnable]") -> "list[Runnable]":
    """Those of them that are waited for: coroutine functions and async context managers."""
    return [one for one in found if one.code is not None and one.code.co_flags & AWAITED]


def _method(method: "FunctionType", owner: object) -> Runnable:
    generator = _generator_function(method)
    found = Runnable(method, "call" if generator is None else "generator")
    _bind(found, generator or method, [owner], {})
    return found


def names_of(code: "CodeType") -> "Iterator[str]":
    """The names that the code and the functions within it use: globals, attributes, and what they close over."""
    yield from code.co_names
    yield from code.co_freevars
    for constant in code.co_consts:
        if type(constant) is type(code):
            yield from names_of(constant)
