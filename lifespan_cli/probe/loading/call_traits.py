"""What servers ask of an application before they call it, answered as they would find it. As bare as `shapes`.

Sources: uvicorn 0.54.0 `Config.load`, hypercorn 0.18.0 `utils.is_asgi`, gunicorn 27.0.1 `util.import_app`, daphne 4.2.3
`Server.create_application` with asgiref's `is_double_callable`.
"""

from lifespan_cli.probe.internals.interpreter import marks_of_inspect
from lifespan_cli.probe.loading.callable_shape import (
    CALL,
    COROUTINE,
    FunctionKind,
    attribute_of,
    called_function,
    is_a,
)
from lifespan_cli.probe.loading.server_imports import standard_if_loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FunctionType
    from typing import Any

VAR_KEYWORDS = 0x8
BY_NAME = ("scope", "receive", "send")


def traits_of(value: "Any", awaited: bool = False) -> "tuple[str, ...]":
    """Some of `report.Trait`. `awaited` says that it is what an async factory's coroutine came to."""
    kept, args, keywords = _unwrapped(value)
    function, bound = _executed(kept)
    asked = {
        "callable": callable(value),
        "no-arguments": _is_bare(kept) or (function is not None and not _required(function, bound + args, keywords)),
        "by-name": function is not None and _takes_names(function, bound + args, keywords),
        "async": _is_async(kept) or _is_async(value),
        "async-call": _is_async(_unwrapped(attribute_of(value, CALL))[0]),
        "awaited": awaited,
    }
    return tuple(trait for trait, answer in asked.items() if answer)


def _unwrapped(value: "Any") -> "tuple[Any, int, set[str]]":
    """What a functools.partial calls in the end, how many arguments it adds before others, and which by name."""
    functools, args, keywords = standard_if_loaded("functools"), 0, set()
    while functools is not None and type(value) is functools.partial:
        args += len(value.args)
        keywords |= set(value.keywords)
        value = value.func
    return value, args, keywords


def _executed(value: "Any") -> "tuple[FunctionType | None, int]":
    """The Python function that a call executes, if it is one, and how many of its arguments are given by then."""
    if is_a(FunctionKind, value):
        return value, 0
    found = getattr(value, "__init__", None) if is_a(type, value) else attribute_of(value, "__func__")
    if not isinstance(found, FunctionKind):
        found = getattr(type(value), CALL, None)
    if isinstance(found, FunctionKind):
        return found, int(attribute_of(value, CALL) is not found)  # a static method is given nothing
    if hasattr(type(found), "__get__") and not is_a(type, value):  # a slot, which leads to what the object keeps in it
        function, bound = called_function(value)
        return function, int(bound)
    return None, 0


def _is_bare(value: "Any") -> bool:
    """A class that is made from nothing."""
    return is_a(type, value) and value.__init__ is object.__init__ and value.__new__ is object.__new__


def _required(function: "FunctionType", given: int, keywords: "set[str]") -> "set[str]":
    """The arguments that a call has still to give."""
    code = function.__code__
    optional = len(function.__defaults__ or ())
    positional = code.co_varnames[given : max(code.co_argcount - optional, given)]
    only = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    return {*positional, *only} - keywords - set(function.__kwdefaults__ or {})


def _takes_names(function: "FunctionType", given: int, keywords: "set[str]") -> bool:
    """Scope, receive and send may be given by name, and nothing else must."""
    code = function.__code__
    first = max(given, code.co_posonlyargcount)
    names = code.co_varnames[first : code.co_argcount + code.co_kwonlyargcount]
    accepted = bool(code.co_flags & VAR_KEYWORDS) or all(name in names for name in BY_NAME)
    return accepted and _required(function, given, keywords) <= set(BY_NAME)


def _is_async(value: "Any") -> bool:
    """As `inspect.iscoroutinefunction` has it: `async def`, also of a method, or marked so."""
    function = attribute_of(value, "__func__") if not is_a(FunctionKind, value) else value
    flags = function.__code__.co_flags if isinstance(function, FunctionKind) else 0
    return bool(flags & COROUTINE) or any(attribute_of(function or value, mark) for mark in marks_of_inspect())
