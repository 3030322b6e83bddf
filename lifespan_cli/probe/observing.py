"""The thread that answers the parent while the application is busy, and ends us when the parent is dead.

It sleeps in `read` until an order comes, so that it costs nothing. Orders are single bytes: `s` tell every stack,
`f` write what is kept in memory, `c` cancel the lifespan task. The end of the pipe means that the parent is gone,
however it went.
"""

import sys
from _thread import get_ident, start_new_thread
from os import getpid, kill, read
from time import monotonic_ns

from lifespan_cli.probe.awaiting import awaited_frames
from lifespan_cli.probe.wire import private, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from lifespan_cli.probe.wire import Wire

MOST_CALLS = 60
MOST_STACKS = 50
KILL = 9
OUR_NAMES = "lifespan_cli.probe"


class Observer:
    """Knows the main thread and, once there is one, the awaitable that the lifespan task runs."""

    def __init__(self, wire: "Wire", control: int) -> None:
        self._wire = wire
        self._control = private(control)
        self._main = get_ident()
        self._own = 0
        self.awaitable: Any = None
        """What the lifespan task awaits: the application's coroutine."""
        self.cancel: Callable[[], None] | None = None
        """Cancels the lifespan task; safe to call from another thread."""
        self.flush: Callable[[], None] = lambda: None
        """Writes what imports and samples have come to so far."""

    def start(self) -> None:
        """Begin to listen."""
        start_new_thread(self._listen, ())

    def _listen(self) -> None:
        self._own = get_ident()
        pid = getpid()
        while True:
            try:
                orders = read(self._control, 100)
            except OSError:  # the application closed our descriptor: the parent must do without us
                return
            if not orders:
                if getpid() == pid:
                    kill(0, KILL)
                return
            for order in orders:
                self._obey(order)

    def _obey(self, order: int) -> None:
        try:
            if order == ord("s"):
                self._wire.put("Stacks", at_ns=monotonic_ns(), **self.stacks())
            elif order == ord("f"):
                self.flush()
            elif order == ord("c") and self.cancel is not None:
                self.cancel()
        except Exception:  # an object of the application's that does not let itself be looked at
            self._wire.put("Stacks", at_ns=monotonic_ns(), stacks=())

    def stacks(self) -> "dict[str, Any]":
        """What the lifespan task awaits, then every thread's stack, the main thread's first: fields of `Stacks`."""
        frames = sys._current_frames()
        names = _thread_names()
        stacks: list[Any] = []
        chain = self._chain()
        if chain:
            stacks.append(("task", "lifespan", tuple(chain[-MOST_CALLS:])))
        for ident in sorted(frames, key=lambda ident: ident != self._main)[:MOST_STACKS]:
            if ident != self._own:
                name = "MainThread" if ident == self._main else names.get(ident, "a thread")
                stacks.append(("thread", name, tuple(_calls(frames[ident])[-MOST_CALLS:])))
        return {"stacks": tuple(stacks), "waiting": bool(chain) and _in_selector(frames.get(self._main))}

    def _chain(self) -> "list[tuple[str, str, int]]":
        chain = []
        for step in awaited_frames(self.awaitable):
            if hasattr(step, "f_code"):
                if not step.f_globals.get("__name__", "").startswith(OUR_NAMES):
                    chain.append(_call(step, step.f_lineno))
            else:
                chain.append((type_name(type(step)), "<awaited>", 0))
        return chain


def _thread_names() -> "dict[int, str]":
    threading = sys.modules.get("threading")
    active: dict[int, Any] = dict(getattr(threading, "_active", {}))
    return {ident: str(thread.name) for ident, thread in active.items()}


def _calls(frame: "FrameType | None") -> "list[tuple[str, str, int]]":
    """A thread's stack without the probe's own frames, outermost first."""
    calls = []
    while frame is not None:
        if not str(frame.f_globals.get("__name__", "")).startswith((OUR_NAMES, "__main__")) or not _ours(frame):
            calls.append(_call(frame, frame.f_lineno))
        frame = frame.f_back
    return calls[::-1]


def _ours(frame: "FrameType") -> bool:
    return frame.f_code.co_filename.startswith(__file__.rpartition("/")[0])


def _call(frame: "FrameType", line: "int | None") -> "tuple[str, str, int]":
    code = frame.f_code
    return getattr(code, "co_qualname", code.co_name), code.co_filename, line or 0


def _in_selector(frame: "FrameType | None") -> bool:
    """The loop's thread is where a loop waits for events: asyncio's select, trio's, or uvloop's C code."""
    if frame is None:
        return False
    name, path = frame.f_code.co_name, frame.f_code.co_filename
    if name == "select" and path.endswith("selectors.py"):
        return True
    return (name == "get_events" and "/trio/" in path) or (
        name == "run" and path.endswith(("runners.py", "_asyncio.py"))
    )
