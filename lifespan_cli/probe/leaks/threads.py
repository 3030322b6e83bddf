"""Threads of the lifespan: which line made them, and which of them are kept on purpose.

Kept are those of frameworks and of telemetry, and the idle ones of pools that the lifespan did not make.
"""

from _thread import get_ident

from lifespan_cli.probe.internals.interpreter import current_frames
from lifespan_cli.probe.internals.leftovers import is_idle, module_of, pool_of
from lifespan_cli.probe.leaks.allocation_sites import calls_here
from lifespan_cli.probe.loading.modules import loaded
from lifespan_cli.probe.loading.server_imports import standard
from lifespan_cli.probe.sampler.frames import is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lifespan_cli.probe.leaks.allocation_sites import Calls
    from lifespan_cli.probe.leaks.function_calls import FunctionCalls

KEEPERS = ("anyio", "asyncio", "trio")
"""They keep threads of their own for a while; those hold nothing of the application's."""
TELEMETRY = ("ddtrace", "elasticapm", "logfire", "newrelic", "opentelemetry", "posthog", "sentry_sdk", "statsd")
"""They send from a daemon until the interpreter ends, and flush at exit."""


class Threads:
    """Notes where the lifespan starts threads and makes pools of them."""

    def __init__(self) -> None:
        self._started: Any = {}
        self._pools: Any = {}
        self._pools_known = False

    def begin(self, calls: "FunctionCalls") -> None:
        """From now on threads and pools are noted."""
        dictionary = standard("weakref").WeakKeyDictionary
        self._started, self._pools = dictionary(), dictionary()
        calls.follow(standard("threading").Thread.start, called=self._note_thread)
        pools: Any = loaded.get("concurrent.futures.thread")
        if pools is not None:
            calls.follow(pools.ThreadPoolExecutor.__init__, called=self._note_pool)
        self._pools_known = pools is not None

    def _note_thread(self, thread: "Any") -> None:
        self._started[thread] = calls_here()
        pool = None if self._pools_known else pool_of(thread)
        if pool is not None and pool not in self._pools:  # made since: its module was not even loaded before
            self._pools[pool] = self._started[thread]

    def _note_pool(self, pool: "Any", *_arguments: "Any") -> None:
        self._pools[pool] = calls_here()

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
