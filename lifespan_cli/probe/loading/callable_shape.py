"""Of what shape an object is, as servers see it. Reads code objects itself: inspect is not loaded before the target.

Sources: ASGI specification, "Applications" (one async callable with three arguments) and "Legacy Applications" (the
double callable); PEP 3333 (WSGI's two arguments); uvicorn's `Config.load` for how a factory is told from the rest.
"""

from lifespan_cli.probe.internals.interpreter import marks
from lifespan_cli.probe.loading.server_imports import standard_if_loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FunctionType
    from typing import Any

VAR_POSITIONAL, COROUTINE = 0x4, 0x80  # flags of a code object, as in inspect's table
MANY = 1000
DRIVEN = ("asgi3", "asgi2", "awaitable", "partial")
"""The shapes that are called with a lifespan scope; the others cannot be applications."""
CALL = "__call__"
FunctionKind: "type[FunctionType]" = type(lambda: None)  # type: ignore[assignment]  # what `types` does


def shape_of(value: "Any") -> str:
    """The shape's name, one of `report.Shape`."""
    if value is None:
        return "none"
    if not callable(value):
        return "other"
    functools = standard_if_loaded("functools")
    if functools is not None and is_a(functools.partial, value):
        return "partial"
    if is_a(type, value):
        return _shape_of_class(value)
    function, bound = called_function(value)
    if function is None:
        return "awaitable"  # a C or Cython callable: what it returns will tell
    least, most = _positional(function, bound)
    if is_coroutine_function(value):
        return "asgi3" if least <= 3 <= most else "factory" if least == 0 else "other"
    if least == most == 1 and is_a(FunctionKind, value) and value.__code__.co_varnames[0].strip("_") != "scope":
        return "factory"  # of the double callables the plain functions are told from these by the parameter's name
    return _shape_of_plain(least, most, accepts_none=is_a(FunctionKind, value))


def attribute_of(value: "Any", name: str) -> "Any":
    """The attribute, or None: where it is missing, and where the value does not let itself be asked, as proxies do."""
    try:
        return getattr(value, name, None)
    except Exception:
        return None


def is_a(kind: type, value: "Any") -> bool:
    """`isinstance`, which takes a proxy for what it stands for; by the type alone where the value raises instead."""
    try:
        return isinstance(value, kind)
    except Exception:
        return issubclass(type(value), kind)


def _shape_of_plain(least: int, most: int, accepts_none: bool) -> str:
    if least <= 3 <= most:
        return "awaitable"
    if least == 0 and accepts_none:
        return "factory"
    if least <= 2 <= most:
        return "wsgi"
    return "asgi2" if least <= 1 <= most else "other"


def _shape_of_class(value: type) -> str:
    """The class of a double callable takes the scope, its instances receive and send; any other is no application."""
    init, call = getattr(value, "__init__", None), getattr(value, CALL, None)
    if isinstance(init, FunctionKind) and isinstance(call, FunctionKind):
        takes_scope, takes_channels = _positional(init, bound=True), _positional(call, bound=True)
        if takes_scope[0] <= 1 <= takes_scope[1] and takes_channels[0] == 2 and is_coroutine_function(call):
            return "asgi2"
    return "class"


def called_function(value: "Any") -> "tuple[FunctionType | None, bool]":
    """The Python function that servers take for what a call of `value` runs, and whether its first argument is bound.

    They ask the object for `__call__`, which one may keep itself, in a slot for example.
    """
    for asked in (value, attribute_of(value, "__func__"), call := attribute_of(value, CALL)):
        if is_a(FunctionKind, asked):
            return asked, asked is not value and asked is not call
    found = attribute_of(call, "__func__")
    return (found, True) if is_a(FunctionKind, found) else (None, False)


def is_coroutine_function(value: "Any") -> bool:
    """A call gives a coroutine for certain: `async def`, or marked so (inspect's and asgiref's marks)."""
    function, _ = called_function(value)
    marked = any(attribute_of(one, mark) for one in (value, function) for mark in marks())
    return marked or (function is not None and bool(function.__code__.co_flags & COROUTINE))


def _positional(function: "FunctionType", bound: bool) -> "tuple[int, int]":
    """The least and the most positional arguments that a call takes."""
    code = function.__code__
    most = code.co_argcount - bound
    least = max(0, most - len(function.__defaults__ or ()))
    if code.co_flags & VAR_POSITIONAL:
        most = MANY
    if code.co_kwonlyargcount > len(function.__kwdefaults__ or ()):
        return MANY, MANY
    return max(0, least), most
