"""A thread that notes where the application is, and charges the time to it.

Each look charges the time since the last one: to what was seen then up to the moment at which it ended, as far as the
clocks tell, and the rest to what is seen now, so that a call which holds the GIL, and stops this thread too, is charged
to itself. Most of a start is waiting, and then there is nothing to look at: as long as the main thread's CPU clock
stands still it has not run, and is where it was. Such a glance costs a microsecond or two.

The rhythm follows what looks cost and whom: a thread that computes is held up by each, one that waits is not.
"""

import atexit
from _thread import RLock, allocate_lock, get_ident, start_new_thread
from itertools import repeat
from os import getpid
from sys import getswitchinterval

from lifespan_cli.probe.clock import clock_gettime_ns, monotonic_ns, process_time_ns, thread_time_ns
from lifespan_cli.probe.internals.interpreter import itemgetter
from lifespan_cli.probe.own_threads import end_round, rounds
from lifespan_cli.probe.sampler.blocking import SHORTEST_NS, BlockWatch
from lifespan_cli.probe.sampler.call_tree import Tree
from lifespan_cli.probe.sampler.garbage import Garbage
from lifespan_cli.probe.sampler.last_seen import LastSeen
from lifespan_cli.probe.sampler.loop_steps import NoSteps
from lifespan_cli.probe.sampler.rhythm import (
    IMPORT_PAUSE_S,
    LONG_MODULE_PAUSE_S,
    LONGEST_PAUSE_S,
    LOOKS,
    LOOP_PAUSE_S,
    Rhythm,
)
from lifespan_cli.probe.sampler.run_delay import RunDelay
from lifespan_cli.probe.sampler.snapshot import Look
from lifespan_cli.probe.sampler.thread_cpu import clock_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from lifespan_cli.probe.control import Observer
    from lifespan_cli.probe.wire import Wire

LOOK_AGAIN_NS = 20_000_000
"""So old may a look become though nothing ran: work for a thread may have waited in a queue."""
BATCH = 300
MOST_ENDED = 1000
LOOP_PHASES = ("startup", "hold", "request", "shutdown", "restart", "exit")
SAMPLED = ("preload", "import", "resolve", *LOOP_PHASES)


class Sampler:
    """Keeps one tree for the present phase."""

    def __init__(self, wire: "Wire", observer: "Observer", seen: int, blocking_ns: int) -> None:
        """To be made in the main thread. `blocking_ns` is the limit for blocks of the event loop, or 0."""
        self._wire = wire
        self._seen = LastSeen(seen)
        self._observer = observer
        self._pid = getpid()
        self._main = get_ident()
        self._clock = clock_of(self._main) if clock_of else 0
        self._own_clock = 0
        self._lock = RLock()
        self._wake = allocate_lock()
        self._wake.acquire()
        self._tree = Tree()
        self._phase = self._latest = ""
        self._began_ns = self._last_ns = self._still_ns = self._last_cpu_ns = 0
        self._again_ns = self._late_ns = self._others_ns = 0
        self._tick = 0
        self._gaps: list[int] = []
        """The times in this phase in which nobody looked, though something ran."""
        self._look: Look | None = None
        self._ended: list[FrameType] = []
        """Frames that ended while we looked at them. The main thread lets go of them: what they hold is destroyed then.
        """
        self._lasts = self._rested = False
        self._pause_s = IMPORT_PAUSE_S
        self._pause = [self._pause_s]
        self._blocks = BlockWatch(min(blocking_ns or SHORTEST_NS, SHORTEST_NS))
        # a block as short as the limit has to be met by a look
        self._rhythm = Rhythm(blocking_ns / 2e9 if 0 < blocking_ns < SHORTEST_NS else LONGEST_PAUSE_S)
        self._delay = RunDelay()
        self._delayed_ns = 0
        self.garbage = Garbage()
        self.steps = NoSteps()
        """Tells the loop's steps apart, once there is a loop."""

    def start(self) -> None:
        """Begin to look; what the interpreter's end waits for is written after the last of its handlers."""
        atexit.register(self._stop)
        self.garbage.install()
        start_new_thread(self._loop, ())

    def _stop(self) -> None:
        self.end()
        self.garbage.remove()

    def own_cpu_ns(self) -> int:
        """What this thread itself has computed so far; 0 where the system has no clock for that."""
        return clock_gettime_ns(self._own_clock) if self._own_clock else 0

    def _loop(self) -> None:
        self._own_clock = clock_of(get_ident()) if clock_of else 0
        waits = map(self._wake.acquire, repeat(True), map(itemgetter(0), repeat(self._pause)))
        try:
            self._go_round(zip(self._seen.writes(), waits, strict=False))
        except OSError:  # the application has closed the file
            self._go_round(zip(repeat(0), waits, strict=False))

    def _go_round(self, waits: "Iterator[tuple[int, bool]]") -> None:
        pause = self._pause
        slept_ns = monotonic_ns()
        for (_, woken), collects, _ in rounds(waits):
            if getpid() != self._pid:
                return
            # who has the lock begins or ends a phase
            if not woken and self._lock.acquire(blocking=False):
                self._late_ns = monotonic_ns() - slept_ns - int(pause[0] * 1e9)
                self._safely(self._glance)
                self._seen.note(self._look.path if self._look else [])
                self._lock.release()
            pause[0] = self._pause_s
            slept_ns = monotonic_ns()
            end_round(collects)

    def _safely(self, step: "Callable[[], None]") -> None:
        """Whatever an object of the application's does when it is looked at: nobody is charged for that time."""
        try:
            step()
        except KeyboardInterrupt:  # meant for the application
            raise
        except BaseException:
            self._pause_s = LONGEST_PAUSE_S
            self._look = None
            self._last_ns, self._last_cpu_ns = monotonic_ns(), self._cpu_ns()

    def begin(self, phase: str, at_ns: int) -> None:
        """A phase begins: what follows is charged to a new tree, unless it only goes on after an interruption."""
        if getpid() != self._pid:  # before the lock, which another thread may have held when we were forked
            return
        with self._lock:
            if phase != self._latest:
                self._tree = Tree()
                self._gaps = []
                self._delayed_ns = 0
            self._look = None
            self._lasts = self._rested = False
            self._phase = self._latest = phase
            self._began_ns = self._last_ns = self._still_ns = at_ns
            self._last_cpu_ns = self._cpu_ns()
            self._delay.read()
            self._delay.left_ns = 0
            self.garbage.forget(at_ns)
            ended, self._ended = self._ended, []
            self._pause_s = LOOP_PAUSE_S if phase in LOOP_PHASES else IMPORT_PAUSE_S
        del ended
        if self._wake.locked():  # let the new phase's rhythm begin now
            self._wake.release()

    def end(self) -> None:
        """The phase is over: charge what is left to where the application was last, and write the tree."""
        if getpid() != self._pid:
            return
        with self._lock:
            self._safely(self._finish)
            self._phase = ""
            self._look = None
            ended, self._ended = self._ended, []
        del ended

    def flush(self) -> None:
        """Write the tree of the present phase as it is."""
        if getpid() != self._pid:
            return
        with self._lock:
            self._safely(self._glance)
            self._safely(self._finish)

    def _finish(self) -> None:
        if self._phase not in SAMPLED:
            return
        if self._look is None:
            self._see(monotonic_ns(), self._cpu_ns())
        self._still_ns = monotonic_ns()
        self._delay.read()
        self._settle(self._cpu_ns(), 1.0, self._delay.left_ns)
        rows = self._tree.rows()
        every_ns = _typical(self._gaps)
        delay_ns = self._delayed_ns if self._delay.known else None
        for start in range(0, len(rows), BATCH):
            part, first = tuple(rows[start : start + BATCH]), start == 0
            self._wire.put("Sampled", phase=self._phase, first=first, rows=part, every_ns=every_ns, delay_ns=delay_ns)
        blocks = self._blocks.take()
        if blocks:
            self._wire.put("Blocked", phase=self._phase, rows=blocks)

    def _in_loop(self) -> bool:
        """An event loop runs: in phase resolve only for an async factory."""
        return self._phase in LOOP_PHASES or (self._phase == "resolve" and self._observer.awaitable is not None)

    def _cpu_ns(self) -> int:
        return clock_gettime_ns(self._clock) if self._clock else -1

    def _glance(self) -> None:
        """Look, when the main thread or a worker of its has run since the last time."""
        if self._phase not in SAMPLED:
            self._pause_s = LONGEST_PAUSE_S
            return
        now_ns, cpu_ns = monotonic_ns(), self._cpu_ns()
        rests = cpu_ns == self._last_cpu_ns >= 0 and self._look is not None and self._look.rests()
        if rests and now_ns < self._again_ns:
            self._still_ns = now_ns
            self._pause_s = self._rhythm.least_s(now_ns - self._began_ns) if self._in_loop() else self._outside_s()
            return
        # once more as soon as it rests: a thread that it left work to has begun by then
        self._again_ns = now_ns + LOOK_AGAIN_NS if rests else 0
        began_ns = thread_time_ns()
        self._rested = self._still_ns > self._last_ns
        if self._look is not None and len(self._gaps) < LOOKS:
            self._gaps.append(now_ns - self._still_ns)
        self._delay.read()
        still_ns = max(0, self._still_ns - self._last_ns)
        self._settle(self._last_cpu_ns, 0.0, self._delay.left_ns * still_ns // max(1, now_ns - self._last_ns))
        others_ns = process_time_ns() - began_ns
        busy = min(1.0, (others_ns - self._others_ns) / max(1, now_ns - self._last_ns)) if self._clock else 1.0
        self._others_ns = others_ns
        self._see(now_ns, cpu_ns)
        cost_ns = thread_time_ns() - began_ns
        if not cost_ns:  # a system whose CPU clocks stand still between ticks: they tell nothing
            self._clock = 0
        self._rhythm.count(cost_ns)
        if self._in_loop():
            self._pause_s = self._rhythm.in_loop_s(busy, self._late_ns, now_ns - self._began_ns)
        else:
            self._pause_s = self._rhythm.outside_s(busy, self._outside_s())

    def _outside_s(self) -> float:
        return LONG_MODULE_PAUSE_S if self._lasts else IMPORT_PAUSE_S

    def _settle(self, cpu_ns: int, share: float, delay_ns: int) -> None:
        """Charge the time up to which it went on to what was seen last, and so much of what other threads computed."""
        wall_ns = self._still_ns - self._last_ns
        if self._look is not None and wall_ns > 0:
            spent_ns = max(0, cpu_ns - self._last_cpu_ns)
            self._charge(self._look, self._still_ns, wall_ns, spent_ns, share, delay_ns)
        self._last_ns, self._last_cpu_ns = self._still_ns, cpu_ns

    def _charge(self, look: "Look", now_ns: int, wall_ns: int, cpu_ns: int, share: float, delay_ns: int) -> None:
        """Charge a time that ends now to what was seen, but for what was collected in it.

        A thread that collects holds up the main thread, unless that waits for something else in the event loop.
        """
        self._tick += 1
        self._delay.left_ns -= delay_ns
        self._delayed_ns += delay_ns
        waits = self._in_loop() and not look.outermost
        collected = self.garbage.take(now_ns - wall_ns, now_ns, look.workers if waits else None)
        self._blocks.stay(now_ns, wall_ns, cpu_ns, delay_ns if self._delay.known else -wall_ns, collected)
        for place, spent_ns in collected:
            node = self._tree.child(self._tree.root, place)
            node.charge(self._tick, now_ns, spent_ns, spent_ns, True)
            node.charge_self(self._tick, spent_ns)
            self._tree.timeline.collect(node, spent_ns)
            wall_ns, cpu_ns = wall_ns - spent_ns, max(0, cpu_ns - spent_ns)
        look.charges.charge(self._tick, now_ns, wall_ns, cpu_ns, delay_ns, share)

    def _turn(self, look: "Look", now_ns: int, cpu_ns: int) -> None:
        """Charge what was seen last up to the moment at which what is seen now began, as well as can be told.

        A thread computes nothing while it waits: what the loop's has computed lies before a wait that is seen now, and
        after one that was seen last; so does what a worker has that nobody waits for any more. Else, and where what
        was seen last blocked, the change came halfway, on the average, through the time in which nobody looked; not
        while this thread waited for the GIL, which belongs to the call that held it.
        """
        before = self._look
        if before is None:
            return
        last_ns, wall_ns, spent_ns = self._last_ns, now_ns - self._last_ns, max(0, cpu_ns - self._last_cpu_ns)
        left_ns = before.left_ns(look) if before.workers else 0
        if before.outermost and not look.outermost and self._clock and not self._rested:
            part_ns = spent_ns
        elif left_ns:
            part_ns = left_ns
        elif look.outermost and not before.outermost and self._clock and self.steps.exact:
            part_ns, spent_ns = min(look.since_ns, now_ns - spent_ns) - last_ns, 0
        else:
            part_ns = max(0, wall_ns - self._late_ns) // 2
            spent_ns = spent_ns * part_ns // max(1, wall_ns)
        part_ns = max(0, min(part_ns, wall_ns))
        self._still_ns = last_ns + part_ns
        share = 1.0 if left_ns else 0.0 if self._rested else part_ns / max(1, wall_ns)
        self._settle(self._last_cpu_ns + spent_ns, share, self._delay.left_ns * part_ns // max(1, wall_ns))

    def _see(self, now_ns: int, cpu_ns: int) -> None:
        """Look, and charge the time since the last one to what is seen."""
        look = Look(self._tree, self._main, self._look)
        try:
            if self._in_loop():
                look.at_loop(self._observer.awaitable, self.steps)
                self._turn(look, now_ns, cpu_ns)
                if look.outermost:
                    self._blocks.see(look, self.steps.begun, now_ns, now_ns - self._last_ns)
                else:
                    self._blocks.idle()
            else:
                look.at_thread()
                self._lasts = self._look is not None and look.module == self._look.module
            wall_ns, spent_ns = now_ns - self._last_ns, max(0, cpu_ns - self._last_cpu_ns)
            self._charge(look, now_ns, wall_ns, spent_ns, 1.0, self._delay.left_ns)
            self.garbage.sampled()
            self._last_ns = self._still_ns = now_ns
            self._last_cpu_ns = cpu_ns
            self._look = look
        finally:
            # who wants the GIL waits for so long before it is given up
            alone = monotonic_ns() - now_ns < getswitchinterval() * 1e9
            ended = look.release(alone)
            if len(self._ended) < MOST_ENDED:
                self._ended += ended


def _typical(gaps: "list[int]") -> int:
    """Half of all their time lies in gaps no longer than this. The plain median would tell of the many short ones."""
    left_ns = sum(gaps) // 2
    for gap in sorted(gaps):
        left_ns -= gap
        if left_ns <= 0:
            return gap
    return 0
