"""Threads that are kept on purpose: those of frameworks, of telemetry, and idle ones of pools that the lifespan did not
make. What the lifespan itself made is no such pool.
"""

import sys

from lifespan_cli.probe.origins import calls_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from lifespan_cli.probe.origins import Calls

KEEPERS = ("anyio", "trio")
"""They keep idle workers for a while; those hold nothing of the application's."""
TELEMETRY = ("ddtrace", "elasticapm", "logfire", "newrelic", "opentelemetry", "posthog", "sentry_sdk", "statsd")
"""They send from a daemon until the interpreter ends, and flush at exit."""


class Pools:
    """Notes which thread pools the lifespan makes. A pool from before it, or a framework's own, is there to stay."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Any, Calls]] = {}
        self._active = False
        self._restore: Callable[[], None] = lambda: None

    def begin(self) -> None:
        """From now on pools are noted."""
        self._active = True
        futures: Any = sys.modules.get("concurrent.futures.thread")
        if futures is None:
            return
        executor, make = futures.ThreadPoolExecutor, futures.ThreadPoolExecutor.__init__
        made = self._made

        def __init__(self: "Any", *arguments: "Any", **options: "Any") -> None:  # noqa: N807  # a method of a class
            make(self, *arguments, **options)
            made[id(self)] = self, calls_here(2)

        executor.__init__ = __init__

        def restore() -> None:
            executor.__init__ = make

        self._restore = restore

    def end(self) -> None:
        """Note no more."""
        self._restore()

    def is_kept(self, thread: "Any", frame: "Any") -> bool:
        """Whether the thread, which is at that frame now, is kept on purpose."""
        root = _module(thread).partition(".")[0]
        if root in KEEPERS or (root in TELEMETRY and thread.daemon):
            return True
        return _is_idle(frame) and not self.origin(thread)

    def origin(self, thread: "Any") -> "Calls":
        """The calls that made the pool of a worker, innermost first."""
        reference = next(iter(getattr(thread, "_args", ())), None)
        pool = reference() if callable(reference) else None
        return self._made.get(id(pool), (None, ()))[1]


def _module(thread: "Any") -> str:
    """Where the code of the thread is from."""
    target = getattr(thread, "_target", None)
    return str(getattr(target, "__module__", None) or type(thread).__module__)


def _is_idle(frame: "Any") -> bool:
    """A worker of a pool that waits for work."""
    code = getattr(frame, "f_code", None)
    return code is not None and code.co_name == "_worker" and code.co_filename.endswith("/futures/thread.py")
