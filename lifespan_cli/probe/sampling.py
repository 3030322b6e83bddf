"""A thread that notes where the application is, through awaits, child tasks and worker threads.

Each look charges the time since the last one to what is seen, so that a call which holds the GIL, and stops this
thread too, is charged to itself. What a look costs sets the rhythm: the thread sleeps at least a hundred times as long.
"""

import sys
import time
from _thread import RLock, allocate_lock, get_ident, start_new_thread
from os import getpid
from time import clock_gettime_ns, monotonic_ns, thread_time_ns

from lifespan_cli.probe.awaiting import awaited_frames
from lifespan_cli.probe.blocking import BlockWatch
from lifespan_cli.probe.calltree import Tree
from lifespan_cli.probe.joining import coroutine_of, joined, name_of, thread_name, working_thread
from lifespan_cli.probe.machinery import above_machinery, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from lifespan_cli.probe.calltree import Node
    from lifespan_cli.probe.observing import Observer
    from lifespan_cli.probe.wire import Wire


# macOS has no clock of another thread
thread_clock: "Callable[[int], int] | None" = getattr(time, "pthread_getcpuclockid", None)
LOOP_PAUSE_S = 0.002
IMPORT_PAUSE_S = 0.01
COST_FACTOR = 100
LONGEST_PAUSE_S = 0.1
BATCH = 300
LOOP_PHASES = ("startup", "hold", "shutdown", "exit")
SAMPLED = ("preload", "import", "resolve", *LOOP_PHASES)
DEEPEST_JOIN = 20


class Sampler:
    """Looks at the main thread and at what the lifespan task awaits, and keeps one tree for the present phase."""

    def __init__(self, wire: "Wire", observer: "Observer") -> None:
        self._wire = wire
        self._observer = observer
        self._main = get_ident()
        self._clock = thread_clock(self._main) if thread_clock else 0
        self._lock = RLock()
        self._wake = allocate_lock()
        self._wake.acquire()
        self._tree = Tree()
        self._phase = ""
        self._last_ns = self._last_cpu_ns = 0
        self._thread_cpu_ns: dict[int, int] = {}
        self._tick = 0
        self._seen: Look | None = None
        self.blocks = BlockWatch()

    def start(self) -> None:
        """Begin to look."""
        start_new_thread(self._loop, ())

    def _loop(self) -> None:
        pid = getpid()
        while getpid() == pid:
            pause_s = LOOP_PAUSE_S if self._phase in LOOP_PHASES else IMPORT_PAUSE_S
            self._wake.acquire(timeout=max(pause_s, min(LONGEST_PAUSE_S, self._look() * COST_FACTOR / 1e9)))

    def begin(self, phase: str, at_ns: int) -> None:
        """A phase begins: what follows is charged to a new tree."""
        with self._lock:
            self._tree = Tree()
            self._phase = phase
            self._last_ns, self._last_cpu_ns = at_ns, self._cpu_ns()
        if self._wake.locked():  # let the new phase's rhythm begin now
            self._wake.release()

    def end(self) -> None:
        """The phase is over: charge what is left to where the application is, and write the tree."""
        with self._lock:
            if self._seen is not None:
                self._seen.repeat(monotonic_ns(), self._last_ns, self._cpu_ns() - self._last_cpu_ns)
            self.flush()
            self._phase = ""
            self._seen = None

    def flush(self) -> None:
        """Write the tree of the present phase as it is."""
        with self._lock:
            rows = self._tree.rows()
            for start in range(0, len(rows), BATCH):
                self._wire.put("Sampled", phase=self._phase, first=start == 0, rows=tuple(rows[start : start + BATCH]))
            blocks = self.blocks.take()
            if blocks:
                self._wire.put("Blocked", phase=self._phase, rows=blocks)

    def _cpu_ns(self) -> int:
        return clock_gettime_ns(self._clock) if self._clock else 0

    def _look(self) -> int:
        """One sample; what this thread computed for it, in nanoseconds."""
        began_ns = thread_time_ns()
        with self._lock:
            now_ns = monotonic_ns()
            if self._phase not in SAMPLED or now_ns <= self._last_ns:
                return 0
            cpu_ns = self._cpu_ns()
            look = Look(self, now_ns, now_ns - self._last_ns, cpu_ns - self._last_cpu_ns)
            self._last_ns, self._last_cpu_ns = now_ns, cpu_ns
            self._tick += 1
            try:
                look.charge(self._observer.awaitable)
                self._seen = look
            except Exception:  # an object of the application's that does not let itself be looked at
                pass
            return thread_time_ns() - began_ns

    def worker_cpu_ns(self, ident: int) -> int:
        """What a worker thread computed since it was last asked for."""
        if thread_clock is None:
            return 0
        now_ns = clock_gettime_ns(thread_clock(ident))
        before_ns = self._thread_cpu_ns.get(ident, now_ns)
        self._thread_cpu_ns[ident] = now_ns
        return now_ns - before_ns

    @property
    def tree(self) -> Tree:
        """The present phase's."""
        return self._tree

    @property
    def tick(self) -> int:
        """The number of the present look."""
        return self._tick

    @property
    def in_loop(self) -> bool:
        """The present phase is one in which an event loop runs."""
        return self._phase in LOOP_PHASES


class Look:
    """One look at everything."""

    def __init__(self, sampler: Sampler, now_ns: int, wall_ns: int, cpu_ns: int) -> None:
        self._sampler = sampler
        self._tree = sampler.tree
        self._now_ns = now_ns
        self._wall_ns = wall_ns
        self._cpu_ns = cpu_ns
        self._charges: list[tuple[list[Node], bool, bool]] = []
        self._threads = sys._current_frames()
        self._stack: list[FrameType] = []
        frame = self._threads.get(sampler._main)
        while frame is not None:
            self._stack.append(frame)
            frame = frame.f_back
        self._index = {frame: index for index, frame in enumerate(self._stack)}
        self._seen: set[int] = set()
        self._widths: dict[Node, int] = {}

    def charge(self, awaitable: "Any") -> None:
        """Charge the time since the last look."""
        root = self._tree.root
        if not self._sampler.in_loop:
            self._charge_path(self._descend(root, self._stack[::-1], None), self._cpu_ns, running=True)
            self._forget()
            return
        working = above_machinery(self._stack)
        self._sampler.blocks.see(working, self._now_ns, self._wall_ns)
        ran = awaitable is not None and self._charge_awaitable(root, awaitable, None, 0)
        if working and not ran:
            self._charge_path(self._descend(root, working, "other tasks and callbacks"), self._cpu_ns, running=True)
        for node, width in self._widths.items():
            node.width = max(node.width, width)
        self._forget()

    def _forget(self) -> None:
        """Let go of every frame: it keeps its locals alive."""
        self._threads, self._stack, self._index = {}, [], {}

    def repeat(self, now_ns: int, last_ns: int, cpu_ns: int) -> None:
        """Charge the rest of a phase, which nobody looked at, to what was seen last."""
        for path, running, leaf in self._charges:
            for node in path:
                node.charge(-2, now_ns, now_ns - last_ns, cpu_ns, running)
            if leaf:
                path[-1].charge_self(-2, now_ns - last_ns)

    def _descend(self, node: "Node", frames: "list[FrameType]", task: "str | None") -> "list[Node]":
        path = []
        for frame in frames:
            if is_ours(frame):
                continue
            node = self._tree.child(node, frame.f_code, frame.f_lineno or 0, task)
            task = None
            path.append(node)
        return path

    def _charge_path(self, path: "list[Node]", cpu_ns: int, running: bool, leaf: bool = True) -> None:
        for node in path:
            node.charge(self._sampler.tick, self._now_ns, self._wall_ns, cpu_ns, running)
        if not path:
            return
        if leaf:
            path[-1].charge_self(self._sampler.tick, self._wall_ns)
        self._charges.append((path, running, leaf))

    def _charge_awaitable(self, parent: "Node", awaitable: "Any", task: "str | None", depth: int) -> bool:
        """Charge a coroutine and what it waits for, below `parent`. True when the thread runs it or what it awaits."""
        frames: list[FrameType] = []
        leaf = None
        for step in awaited_frames(awaitable):
            if step in self._index:  # it runs: what is below it is the thread's real stack
                frames.extend(self._stack[self._index[step] :: -1])
                path = self._descend(parent, frames, task)
                self._widen(path)
                self._charge_path(path, self._cpu_ns, running=True)
                return True
            if hasattr(step, "f_code"):
                frames.append(step)
            else:
                leaf = step
        path = self._descend(parent, frames, task)
        self._widen(path)
        end = path[-1] if path else parent
        ran, joins = self._charge_joined(end, frames, leaf, depth)
        self._charge_path(path, self._cpu_ns, running=ran, leaf=not joins)
        return ran

    def _charge_joined(self, end: "Node", frames: "list[FrameType]", leaf: "Any", depth: int) -> "tuple[bool, bool]":
        """Charge the tasks and the thread that are waited for at `end`: whether one runs, and whether there are any."""
        ran = joins = False
        if depth > DEEPEST_JOIN:
            return ran, joins
        for item in joined(frames, leaf):
            if id(item) in self._seen:
                joins = True
                continue
            self._seen.add(id(item))
            coroutine = coroutine_of(item)
            if coroutine is not None:
                joins = True
                ran |= self._charge_awaitable(end, coroutine, name_of(item), depth + 1)
            else:  # gather's future within a gather, a shield's inner future
                inner_ran, inner_joins = self._charge_joined(end, [], item, depth + 1)
                ran, joins = ran | inner_ran, joins | inner_joins
        worker = working_thread(frames, leaf, self._threads)
        if worker is not None:
            joins = True
            self._charge_worker(end, worker)
        return ran, joins

    def _charge_worker(self, end: "Node", ident: int) -> None:
        frames = []
        frame: FrameType | None = self._threads[ident]
        while frame is not None:
            frames.append(frame)
            frame = frame.f_back
        path = self._descend(end, frames[::-1], thread_name(ident))
        self._charge_path(path, self._sampler.worker_cpu_ns(ident), running=True)

    def _widen(self, path: "list[Node]") -> None:
        for node in path[:1]:
            self._widths[node] = self._widths.get(node, 0) + 1
