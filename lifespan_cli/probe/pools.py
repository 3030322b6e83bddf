"""Threads that are kept on purpose: those of frameworks, of telemetry, and idle ones of pools that the lifespan did not
make. What the lifespan itself made is no such pool.
"""

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
        self._made: Any = {}
        self._restore: Callable[[], None] = lambda: None

    def begin(self) -> None:
        """From now on pools are noted."""
        from concurrent.futures.thread import ThreadPoolExecutor
        from functools import wraps
        from weakref import WeakKeyDictionary

        make: Any = ThreadPoolExecutor.__init__
        made = self._made = WeakKeyDictionary()

        @wraps(make)
        def __init__(self: "Any", *arguments: "Any", **options: "Any") -> None:  # noqa: N807  # a method of a class
            make(self, *arguments, **options)
            made[self] = calls_here(2)

        def restore() -> None:
            ThreadPoolExecutor.__init__ = make  # type: ignore[method-assign]

        ThreadPoolExecutor.__init__ = __init__  # type: ignore[method-assign]
        self._restore = restore

    def end(self) -> None:
        """Note no more."""
        self._restore()

    def is_kept(self, thread: "Any", frame: "Any") -> bool:
        """Whether the thread, which is at that frame now, is kept on purpose."""
        root = _module(thread).partition(".")[0]
        if root in KEEPERS or (root in TELEMETRY and thread.daemon):
            return True
        return is_idle(frame) and not self.origin(thread)

    def origin(self, thread: "Any") -> "Calls":
        """The calls that made the pool of a worker, innermost first."""
        if _module(thread) != "concurrent.futures.thread" or not getattr(thread, "_args", ()):
            return ()
        pool = thread._args[0]()  # a weak reference
        found: Calls = self._made.get(pool, ()) if pool is not None else ()
        return found


def _module(thread: "Any") -> str:
    """Where the code of the thread is from."""
    target = getattr(thread, "_target", None)
    return str(getattr(target, "__module__", None) or type(thread).__module__)


def is_idle(frame: "Any") -> bool:
    """A worker of a pool that waits for work."""
    code = getattr(frame, "f_code", None)
    return code is not None and code.co_name == "_worker" and code.co_filename.endswith("/futures/thread.py")
