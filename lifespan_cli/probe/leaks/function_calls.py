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
    _called, _original, _returned = {placeholders}
    _called({told})
    _result = _original({arguments})
    _returned(_result)
    return _result
"""
VAR_POSITIONAL, VAR_KEYWORDS = 0x04, 0x08  # flags of code that takes *args or **kwargs, as in inspect's table


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
        names = names or code.co_varnames[: code.co_argcount]
        if not self._events.missing:
            self._follow_events(code, called, returned, names)
            return True
        if sys.version_info >= (3, 12) or code.co_freevars:
            return False
        return _exchange(function, called, returned, names)

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


def _exchange(
    function: "Any",
    called: "Callable[..., None] | None",
    returned: "Callable[[Any], None] | None",
    names: "tuple[str, ...]",
) -> bool:
    code: CodeType = function.__code__
    original = PYTHON_FUNCTION(code, function.__globals__, code.co_name, function.__defaults__)
    original.__kwdefaults__ = function.__kwdefaults__
    try:
        function.__code__ = _telling(code, (_quiet(called), original, _quiet(returned)), names)
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


def _telling(code: "CodeType", functions: "tuple[Any, ...]", names: "tuple[str, ...]") -> "CodeType":
    """Code with the signature of the given one, which calls these functions, the first with the arguments named."""
    parameters, arguments = _signature(code)
    source = TEMPLATE.format(
        name=code.co_name,
        parameters=", ".join(parameters),
        placeholders=PLACEHOLDERS,
        told=", ".join(names),
        arguments=", ".join(arguments),
    )
    namespace: dict[str, Any] = {}
    exec(compile(source, code.co_filename, "exec"), namespace)  # noqa: S102  # its text is ours, but for the names
    made: CodeType = namespace[code.co_name].__code__
    constants = tuple(functions if one == PLACEHOLDERS else one for one in made.co_consts)
    qualified = {"co_qualname": code.co_qualname} if sys.version_info >= (3, 11) else {}
    return made.replace(co_consts=constants, co_firstlineno=code.co_firstlineno, **qualified)  # type: ignore[arg-type]


def _signature(code: "CodeType") -> "tuple[list[str], list[str]]":
    """The parameters of code as they are written, without defaults, and the arguments that pass them on."""
    count, only = code.co_argcount, code.co_posonlyargcount
    names = list(code.co_varnames)
    positional, by_name = names[:count], names[count : count + code.co_kwonlyargcount]
    rest = names[count + code.co_kwonlyargcount :]
    starred = ["*" + rest.pop(0)] if code.co_flags & VAR_POSITIONAL else []
    double = ["**" + rest.pop(0)] if code.co_flags & VAR_KEYWORDS else []
    before = [*positional[:only], *(["/"] if only else []), *positional[only:]]
    parameters = [*before, *(starred or (["*"] if by_name else [])), *by_name, *double]
    return parameters, [*positional, *starred, *(f"{name}={name}" for name in by_name), *double]
