"""Threads of the lifespan: which line made them, and which of them are kept on purpose.

Kept are those of frameworks and of telemetry, and the idle ones of pools that the lifespan did not make. Only Python
3.13 tells an audit hook of threads, so the two methods that make them are wrapped while the lifespan runs.
"""

from _thread import get_ident

from lifespan_cli.probe.internals.interpreter import current_frames
from lifespan_cli.probe.internals.leftovers import is_idle, module_of, pool_of
from lifespan_cli.probe.leaks.allocation_sites import calls_here
from lifespan_cli.probe.sampler.frames import is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from lifespan_cli.probe.leaks.allocation_sites import Calls

KEEPERS = ("anyio", "asyncio", "trio")
"""They keep threads of their own for a while; those hold nothing of the application's."""
TELEMETRY = ("ddtrace", "elasticapm", "logfire", "newrelic", "opentelemetry", "posthog", "sentry_sdk", "statsd")
"""They send from a daemon until the interpreter ends, and flush at exit."""


class Threads:
    """Notes where the lifespan starts threads and makes pools of them."""

    def __init__(self) -> None:
        self._started: Any = {}
        self._pools: Any = {}
        self._restore: list[Callable[[], None]] = []

    def begin(self) -> None:
        """From now on threads and pools are noted."""
        from concurrent.futures.thread import ThreadPoolExecutor
        from threading import Thread
        from weakref import WeakKeyDictionary

        self._started, self._pools = WeakKeyDictionary(), WeakKeyDictionary()
        self._restore = [_noting(Thread, "start", self._started), _noting(ThreadPoolExecutor, "__init__", self._pools)]

    def end(self) -> None:
        """Note no more."""
        for restore in self._restore:
            restore()

    def is_kept(self, thread: "Any", frame: "Any") -> bool:
        """Whether the thread, which is at that frame now, is kept on purpose."""
        root = module_of(thread).partition(".")[0]
        if root in KEEPERS or (root in TELEMETRY and thread.daemon):
            return True
        return is_idle(frame) and not self._of_pool(thread)

    def origin(self, thread: "Any") -> "Calls":
        """The calls that made the worker's pool, or else started the thread, innermost first."""
        found: Calls = self._of_pool(thread) or self._started.get(thread, ())
        return found

    def _of_pool(self, thread: "Any") -> "Calls":
        pool = pool_of(thread)
        found: Calls = self._pools.get(pool, ()) if pool is not None else ()
        return found


def _noting(owner: "Any", name: str, notes: "Any") -> "Callable[[], None]":
    """Have a method note who calls it; what is returned takes that back."""
    from functools import wraps

    method = getattr(owner, name)

    @wraps(method)
    def noted(self: "Any", *arguments: "Any", **options: "Any") -> "Any":
        try:
            notes[self] = calls_here(2)
        except Exception:  # it cannot be a key
            pass
        return method(self, *arguments, **options)

    setattr(owner, name, noted)
    return lambda: setattr(owner, name, method)


def is_own_thread(frame: "Any") -> bool:
    """The frame, or None, is the innermost one of a thread of the probe's."""
    while frame is not None and frame.f_back is not None:
        frame = frame.f_back
    return frame is not None and is_ours(frame)


def running_threads() -> "set[int]":
    """The identities of the other threads that do something for the application: not ours, and no idle worker."""
    return {
        ident
        for ident, frame in current_frames().items()
        if ident != get_ident() and not is_own_thread(frame) and not is_idle(frame)
    }
