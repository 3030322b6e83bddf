"""Exact times of entering and leaving what `@asynccontextmanager` made, beside the sampled lines.

contextlib's class is patched only while the lifespan runs.
"""

import sys
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
        self._restore: tuple[Any, Any, Any] | None = None

    def __enter__(self) -> "Spans":
        manager: Any = getattr(sys.modules.get("contextlib"), "_AsyncGeneratorContextManager", None)
        if manager is None:
            return self
        enter, leave = manager.__aenter__, manager.__aexit__
        spans = self

        async def timed_enter(self: "Any") -> "Any":
            at_ns = monotonic_ns()
            try:
                return await enter(self)
            finally:
                spans._tell("enter", self, at_ns)

        async def timed_exit(self: "Any", *error: "Any") -> "Any":
            at_ns = monotonic_ns()
            try:
                return await leave(self, *error)
            finally:
                spans._tell("exit", self, at_ns)

        manager.__aenter__, manager.__aexit__ = timed_enter, timed_exit
        self._restore = manager, enter, leave
        return self

    def __exit__(self, *error: object) -> None:
        if self._restore is not None:
            manager, enter, leave = self._restore
            manager.__aenter__, manager.__aexit__ = enter, leave

    def _tell(self, kind: str, manager: "Any", at_ns: int) -> None:
        wall_ns = monotonic_ns() - at_ns
        self._count += 1
        code = getattr(getattr(manager, "func", None), "__code__", None)
        if self._count > MOST_SPANS or code is None:
            return
        name = text(getattr(manager.func, "__qualname__", code.co_name))
        self._wire.put(
            "Spanned",
            kind=kind,
            name=name,
            path=text(code.co_filename),
            line=code.co_firstlineno,
            phase=self._wire.phase,
            at_ns=at_ns,
            wall_ns=wall_ns,
        )
