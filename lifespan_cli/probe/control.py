"""The thread that answers the parent while the application is busy, and ends us when the parent is dead.

It sleeps in `read` until an order comes, so that it costs nothing. Orders are single bytes: `s` tell every stack,
`f` write what is kept in memory, `c` cancel the lifespan task. The end of the pipe means that the parent is gone,
however it went.
"""

from _thread import get_ident, start_new_thread
from os import getpid, kill, read

from lifespan_cli.probe.clock import monotonic_ns
from lifespan_cli.probe.internals.interpreter import current_frames, partial, thread_names
from lifespan_cli.probe.own_threads import end_round, rounds
from lifespan_cli.probe.sampler.await_chain import awaited_frames
from lifespan_cli.probe.sampler.awaited_tasks import coroutine_of, joined, name_of
from lifespan_cli.probe.sampler.frames import above_machinery, is_ours
from lifespan_cli.probe.wire import private, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Any

    from lifespan_cli.probe.wire import Wire

MOST_CALLS = 60
MOST_STACKS = 50
KILL = 9
MOST_TASKS = 20


class Observer:
    """Knows the main thread and, once there is one, the awaitable that the lifespan task runs."""

    def __init__(self, wire: "Wire", control: int) -> None:
        self._wire = wire
        self._control = private(control)
        self._main = get_ident()
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
        pid = getpid()
        try:
            for orders, collects, _ in rounds(iter(partial(read, self._control, 100), b"")):
                lines = [self._obey(order) for order in orders]
                end_round(collects)
                for line in lines:
                    self._wire.write(line)
        except OSError:  # the application closed our descriptor: the parent must do without us
            return
        if getpid() == pid:
            kill(0, KILL)

    def _obey(self, order: int) -> bytes:
        """Do what is asked for. What is still to be written."""
        try:
            if order == ord("s"):
                return self._wire.line("Stacks", at_ns=monotonic_ns(), **self.stacks())
            if order == ord("f"):
                self.flush()
            elif order == ord("c") and self.cancel is not None:
                self.cancel()
        except BaseException:  # an object of the application's that is not to be looked at, a loop that is closed
            if order == ord("s"):  # after another order this would be taken for where the application hangs
                return self._wire.line("Stacks", at_ns=monotonic_ns(), stacks=())
        return b""

    def stacks(self) -> "dict[str, Any]":
        """What the lifespan task awaits, then every thread's stack, the main thread's first: fields of `Stacks`."""
        frames = current_frames()
        names = thread_names()
        stacks: list[Any] = [] if self.awaitable is None else list(_task_stacks("lifespan", self.awaitable, set()))
        tasks = len(stacks)
        for ident in sorted(frames, key=lambda ident: ident != self._main)[:MOST_STACKS]:
            calls = _calls(frames[ident])
            if calls:  # the probe's own threads have none
                name = "MainThread" if ident == self._main else names.get(ident, "a thread")
                stacks.append(("thread", name, tuple(calls[-MOST_CALLS:])))
        idle = not above_machinery(_stack(frames.get(self._main)))
        return {"stacks": tuple(stacks), "waiting": tasks > 0 and idle}


def _task_stacks(name: str, awaitable: "Any", seen: "set[int]") -> "Iterator[tuple[str, str, tuple[Any, ...]]]":
    """What a task awaits, and after it the same of the tasks that it waits for."""
    frames, leaf = [], None
    for step in awaited_frames(awaitable):
        if hasattr(step, "f_code"):
            frames.append(step)
        else:
            leaf = step
    calls = [_call(frame) for frame in frames if not is_ours(frame)]
    if leaf is not None:
        calls.append((type_name(type(leaf)), "<awaited>", 0))
    yield ("task", name, tuple(calls[-MOST_CALLS:]))
    for item in joined(awaitable, frames, leaf):
        coroutine = coroutine_of(item)
        if coroutine is not None and id(item) not in seen and len(seen) < MOST_TASKS:
            seen.add(id(item))
            yield from _task_stacks(name_of(item), coroutine, seen)


def _stack(frame: "FrameType | None") -> "list[FrameType]":
    stack = []
    while frame is not None:
        stack.append(frame)
        frame = frame.f_back
    return stack


def _calls(frame: "FrameType") -> "list[tuple[str, str, int]]":
    """A thread's stack without the probe's own frames, outermost first."""
    return [_call(one) for one in _stack(frame)[::-1] if not is_ours(one)]


def _call(frame: "FrameType") -> "tuple[str, str, int]":
    code = frame.f_code
    return getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0
