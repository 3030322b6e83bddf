"""What Python itself complains of, and usually tells nobody: exceptions never retrieved, coroutines never awaited,
resources never closed.

Nothing that an application sets is replaced: its handler of exceptions, its filters of warnings and what it does with
them are asked as before. Ours stand before them, and pass on what would have come to them.
"""

import gc
import sys

from lifespan_cli.probe.internals.leftovers import (
    SHOW_BY_DEFAULT,
    SHOW_WARNING,
    is_showing_replaced,
    unretrieved,
)
from lifespan_cli.probe.wire import stack_of, text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Calls = tuple[tuple[str, str, int], ...]

MOST_COMPLAINTS = 100
UNAWAITED = r"coroutine .* was never awaited"
DEPTH = 3
"""How many calls Python is to remember of where a coroutine was made."""


class Complaints:
    """Hears them from the start of the lifespan to the end of the loop.

    `tell` is given kind, name, text and calls; `origin` answers with the calls that made a resource, innermost first.
    """

    def __init__(self, tell: "Callable[[str, str, str, Calls], None]", origin: "Callable[[Any], Calls]") -> None:
        self._tell = tell
        self._origin = origin
        self._count = 0
        self._show: Any = None
        self._impl: Any = None
        self._depth = 0
        self._filters: list[Any] = []
        self._shown = False

    def begin(self) -> None:
        """Listen to warnings: resources that are collected unclosed, coroutines that nobody awaited."""
        import warnings

        if not SHOW_WARNING.works():
            return
        module: Any = warnings
        self._shown = _is_shown(module.filters, ResourceWarning)
        before = module.filters[:]
        warnings.filterwarnings("always", category=ResourceWarning)
        warnings.filterwarnings("always", message=UNAWAITED, category=RuntimeWarning)
        self._filters = [entry for entry in module.filters if entry not in before]
        self._depth = sys.get_coroutine_origin_tracking_depth()
        sys.set_coroutine_origin_tracking_depth(max(self._depth, DEPTH))
        self._show = SHOW_WARNING.get()
        SHOW_WARNING.replace(self._heed)
        if SHOW_BY_DEFAULT.works():
            self._impl = SHOW_BY_DEFAULT.get()

    def end(self, tasks: "Iterable[Any]") -> None:
        """Collect what is left to be collected, look at the tasks that are kept, and listen no more."""
        import warnings

        gc.collect()
        for task in tasks:
            self._look_at(task)
        if self._show is None:
            return
        module: Any = warnings
        SHOW_WARNING.replace(self._show)
        for entry in self._filters:
            if entry in module.filters:
                module.filters.remove(entry)
        sys.set_coroutine_origin_tracking_depth(self._depth)

    def _heed(self, message: "Any") -> None:
        """Where the interpreter shows a warning: `message` is a warnings.WarningMessage."""
        kind = getattr(message.category, "__name__", "")
        said = text(message.message, 2000)
        if kind == "ResourceWarning":
            calls = self._origin(message.source)
            self._put("warning", kind, said, calls or (("", text(message.filename), message.lineno),))
            if not (self._shown or self._is_listened_to()):
                return
        elif kind == "RuntimeWarning" and "was never awaited" in said:
            calls = _made_at(said)
            self._put("warning", kind, said, calls or (("", text(message.filename), message.lineno),))
        self._show(message)

    def _is_listened_to(self) -> bool:
        """Somebody else collects warnings: an application's logging, say."""
        return is_showing_replaced() or (self._impl is not None and SHOW_BY_DEFAULT.get() is not self._impl)

    def follow_loop(self, loop: "Any") -> None:
        """Hear what an asyncio loop is told to give to its exception handler, whichever that is then."""
        pass_on = loop.call_exception_handler

        def call_exception_handler(context: "Any") -> None:
            error = context.get("exception")
            if "never retrieved" in str(context.get("message", "")) and isinstance(error, BaseException):
                self._unretrieved(context.get("task") or context.get("future"), error)
            pass_on(context)

        loop.call_exception_handler = call_exception_handler

    def _look_at(self, task: "Any") -> None:
        """A task that is kept is not collected, so that nobody complains of it before the interpreter's end."""
        try:
            error = unretrieved(task)
        except Exception:  # a task of the application's own making
            return
        if error is not None:
            self._unretrieved(task, error)

    def _unretrieved(self, task: "Any", error: BaseException) -> None:
        name = getattr(task, "get_name", lambda: "")()
        said = f"{type_name(type(error))}: {text(error, 1000)}"
        self._put("exception", text(name, 200), said, tuple(reversed(stack_of(error))))

    def _put(self, kind: str, name: str, said: str, calls: "Calls") -> None:
        if self._count < MOST_COMPLAINTS:
            self._count += 1
            self._tell(kind, name, said, calls)


def _is_shown(filters: "Iterable[Any]", category: "Any") -> bool:
    """Whether these filters show such a warning, as they do in Python's development mode."""
    for action, _message, wanted, _module, _line in filters:
        if issubclass(category, wanted):
            return bool(action != "ignore")
    return True


def _made_at(said: str) -> "Calls":
    """Where Python remembers that the coroutine was made; it says so below the warning, innermost call last."""
    calls = []
    for line in said.splitlines():
        if line.startswith('  File "'):
            path, _, rest = line[len('  File "') :].rpartition('", line ')
            number, _, function = rest.partition(", in ")
            calls.append((function, path, int(number) if number.isdecimal() else 0))
    return tuple(reversed(calls))
