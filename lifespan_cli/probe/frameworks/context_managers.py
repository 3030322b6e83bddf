"""Exact times of entering and leaving what `@asynccontextmanager` made, beside the sampled lines.

contextlib's class is patched only while the lifespan runs.
"""

import sys
from _weakref import ref
from time import monotonic_ns

from lifespan_cli.probe.wire import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lifespan_cli.probe.wire import Wire

MOST_SPANS = 500


class Spans:
    """Writes one event for each entering and leaving. A context manager for the time in which that is wanted."""

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire
        self._count = 0
        self._watches: set[Any] = set()
        self.counts: dict[int, tuple[int, int]] = {}
        """How often each generator function's managers were entered and left, by its `id`."""
        self.entered: list[Any] = []
        """Those functions."""
        self._entered: dict[int, Any] = {}
        self._restore: tuple[Any, Any, Any] | None = None

    def __enter__(self) -> "Spans":
        manager: Any = getattr(sys.modules.get("contextlib"), "_AsyncGeneratorContextManager", None)
        if manager is None:
            return self
        enter, leave = manager.__aenter__, manager.__aexit__

        def timed_enter(manager: "Any") -> "Any":
            return self._timed("enter", manager, enter(manager))

        def timed_exit(manager: "Any", *error: "Any") -> "Any":
            return self._timed("exit", manager, leave(manager, *error))

        manager.__aenter__, manager.__aexit__ = timed_enter, timed_exit
        self._restore = manager, enter, leave
        return self

    def __exit__(self, *error: object) -> None:
        if self._restore is not None:
            manager, enter, leave = self._restore
            manager.__aenter__, manager.__aexit__ = enter, leave

    def _timed(self, kind: str, manager: "Any", coroutine: "Any") -> "Any":
        """The coroutine itself: whoever awaits it drops it when it ends. No frame of ours stands in a traceback."""
        at_ns = monotonic_ns()
        if kind == "enter":
            self._entered[id(manager)] = getattr(manager, "func", None)  # which contextlib forgets when it is entered
        function = self._entered.get(id(manager)) if kind == "enter" else self._entered.pop(id(manager), None)
        code = getattr(function, "__code__", None)
        if code is None:
            return coroutine
        self._tally(kind, function)
        if self._count < MOST_SPANS:
            self._count += 1
            name, phase = text(getattr(function, "__qualname__", code.co_name)), self._wire.phase

            def ended(watch: "Any") -> None:
                self._watches.discard(watch)
                wall_ns = monotonic_ns() - at_ns
                path, line = text(code.co_filename), code.co_firstlineno
                self._wire.put(
                    "Spanned", kind=kind, name=name, path=path, line=line, phase=phase, at_ns=at_ns, wall_ns=wall_ns
                )

            self._watches.add(ref(coroutine, ended))
        return coroutine

    def _tally(self, kind: str, function: "Any") -> None:
        if id(function) not in self.counts:
            self.entered.append(function)  # or its id could come to stand for another
        entered, left = self.counts.get(id(function), (0, 0))
        self.counts[id(function)] = (entered + 1, left) if kind == "enter" else (entered, left + 1)
