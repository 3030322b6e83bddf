"""Who calls a certain function, and what it returns; nothing is put in the function's place.

From Python 3.12 on by the events of its code. Before, where there are none, the function is given other code, which
tells of the call and goes on with the original: it stays the same object, with the same signature, in the same file.
"""

import sys

from lifespan_cli.probe.internals.awaiting import local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

    from lifespan_cli.probe.code_events import CodeEvents

PLACEHOLDERS = ("told of the call", "the original", "told of the result")
TEMPLATE = """
def {name}({parameters}):
    called, original, returned = {placeholders}
    called({positional})
    result = original({arguments})
    returned(result)
    return result
"""
VARIABLE = 0x04 | 0x08  # flags of code that takes *args or **kwargs, as in inspect's table


class FunctionCalls:
    """Follows functions to the end of the process."""

    def __init__(self, events: "CodeEvents") -> None:
        self._events = events

    def follow(
        self,
        function: "Any",
        called: "Callable[..., None] | None" = None,
        returned: "Callable[[Any], None] | None" = None,
        names: "tuple[str, ...]" = (),
    ) -> bool:
        """Have `called` called with the positional arguments of each call, and `returned` with each result.

        `names` are the arguments that `called` is given instead, where they are not the positional ones.
        False where that cannot be done: of a function in C, also Cython's, which only look as if they had code, and
        where there are no events though there should be.
        """
        if type(function) is not PYTHON_FUNCTION:
            return False
        code: CodeType = function.__code__
        if not self._events.missing:
            self._follow_events(code, called, returned, names or code.co_varnames[: code.co_argcount])
            return True
        if sys.version_info >= (3, 12) or code.co_freevars or code.co_flags & VARIABLE:
            return False
        return _exchange(function, called, returned)

    @property
    def exact(self) -> bool:
        """There are events of code."""
        return not self._events.missing

    def _follow_events(
        self,
        code: "CodeType",
        called: "Callable[..., None] | None",
        returned: "Callable[[Any], None] | None",
        names: "tuple[str, ...]",
    ) -> None:
        watched = self._events.watch(code, records=False)
        if called is not None:
            tell = _quiet(called)

            def started(frame: "FrameType") -> None:
                tell(*(local(frame, name) for name in names))

            watched.on_start = started
        if returned is not None:
            watched.on_return = _quiet(returned)


def _exchange(function: "Any", called: "Callable[..., None] | None", returned: "Callable[[Any], None] | None") -> bool:
    code: CodeType = function.__code__
    original = PYTHON_FUNCTION(code, function.__globals__, code.co_name, function.__defaults__)
    original.__kwdefaults__ = function.__kwdefaults__
    try:
        function.__code__ = _telling(code, (_quiet(called), original, _quiet(returned)))
    except Exception:  # an audit hook of the application's forbids it
        return False
    return True


def _quiet(callback: "Callable[..., None] | None") -> "Callable[..., None]":
    """Whatever comes out of it, it must not come out of what the application calls."""

    def call(*arguments: "Any") -> None:
        if callback is not None:
            try:
                callback(*arguments)
            except Exception:
                return

    return call


PYTHON_FUNCTION: "Any" = type(_quiet)


def _telling(code: "CodeType", functions: "tuple[Any, ...]") -> "CodeType":
    """Code with the signature of the given one, which calls these functions."""
    count = code.co_argcount
    positional = code.co_varnames[:count]
    by_name = code.co_varnames[count : count + code.co_kwonlyargcount]
    source = TEMPLATE.format(
        name=code.co_name,
        parameters=", ".join((*positional, *(["*"] if by_name else []), *by_name)),
        placeholders=PLACEHOLDERS,
        positional=", ".join(positional),
        arguments=", ".join((*positional, *(f"{name}={name}" for name in by_name))),
    )
    namespace: dict[str, Any] = {}
    exec(compile(source, code.co_filename, "exec"), namespace)  # noqa: S102  # its text is ours, but for the names
    made: CodeType = namespace[code.co_name].__code__
    constants = tuple(functions if one == PLACEHOLDERS else one for one in made.co_consts)
    names = {"co_qualname": code.co_qualname} if sys.version_info >= (3, 11) else {}
    return made.replace(co_consts=constants, co_firstlineno=code.co_firstlineno, **names)  # type: ignore[arg-type]
