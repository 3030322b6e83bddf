"""What Python itself complains of, and usually tells nobody: exceptions never retrieved, coroutines never awaited,
resources never closed. Whatever the application does with warnings and handlers of its own goes on as before.
"""

import gc
import sys

from lifespan_cli.probe.wire import stack_of, text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Calls = tuple[tuple[str, str, int], ...]

MOST_COMPLAINTS = 100


class Complaints:
    """Hears them from the start of the lifespan to the end of the loop. `tell` is given kind, name, text and calls."""

    def __init__(self, tell: "Callable[[str, str, str, Calls], None]") -> None:
        self._tell = tell
        self._count = 0
        self._show: Any = None
        self._filters: Any = []
        self._depth = 0

    def begin(self) -> None:
        """Listen to warnings: resources that are collected unclosed, coroutines that nobody awaited."""
        import warnings

        self._show = warnings.showwarning
        self._filters = warnings.filters[:]
        warnings.filterwarnings("always", category=ResourceWarning)
        warnings.filterwarnings("always", message=r"coroutine .* was never awaited", category=RuntimeWarning)
        self._depth = sys.get_coroutine_origin_tracking_depth()
        sys.set_coroutine_origin_tracking_depth(max(self._depth, 3))
        warnings.showwarning = self._heed  # type: ignore[assignment]  # called with more, or less, by position

    def end(self) -> None:
        """Collect what is left to be collected, and listen no more."""
        import warnings

        gc.collect()
        warnings.showwarning = self._show
        warnings.filters[:] = self._filters  # type: ignore[index]
        sys.set_coroutine_origin_tracking_depth(self._depth)
        self._show = None

    def _heed(self, message: "Any", category: "Any", filename: str, lineno: int, *rest: "Any") -> None:
        kind = getattr(category, "__name__", "")
        said = str(message)
        ours = kind == "ResourceWarning" or (kind == "RuntimeWarning" and "was never awaited" in said)
        if not ours:
            self._show(message, category, filename, lineno, *rest)
        elif self._count < MOST_COMPLAINTS:
            self._count += 1
            self._tell("warning", kind, said, (("", filename, lineno),))

    def follow_loop(self, loop: "Any") -> None:
        """Hear what an asyncio loop tells its exception handler; then it goes where it went."""
        inner = loop.get_exception_handler()

        def handle(loop: "Any", context: "Any") -> None:
            error = context.get("exception")
            said = str(context.get("message", ""))
            if "never retrieved" in said and self._count < MOST_COMPLAINTS:
                self._count += 1
                calls = tuple(reversed(stack_of(error))) if isinstance(error, BaseException) else ()
                name = getattr(context.get("task") or context.get("future"), "get_name", lambda: "")()
                self._tell("exception", str(name), f"{type_name(type(error))}: {text(error)}", calls)
            if inner is None:
                loop.default_exception_handler(context)
            else:
                inner(loop, context)

        loop.set_exception_handler(handle)
