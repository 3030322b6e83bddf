"""Times the garbage collector, so that its time is not charged to the line that happened to run.

By a callback: the statistics that the collector keeps tell how often it ran, before Python 3.15 not for how long, and a
call that holds the GIL looks the same from another thread. An application does not find it: the list that the collector
goes through stays its own, and `gc.callbacks` is another one meanwhile, whose entries it takes over at each collection.
"""

import gc
from _thread import get_ident

from lifespan_cli.probe.clock import monotonic_ns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any

MOST_KEPT = 10_000
PATH = "<gc>"
GENERATIONS = 3


class Generation:
    """Stands for a line in a call tree: what a collection of this generation is charged to."""

    machinery = ours = runs = turns = False

    def __init__(self, number: int) -> None:
        self.call = (f"gc, generation {number}", PATH, 0)
        """`(function, path, line)`."""
        self.code = id(self)


class Garbage:
    """Keeps the collections that nobody has been charged for yet.

    A call of `gc.collect` is the business of the line that makes it; it is told from a collection that happens to be
    due by the number of new objects, which is not above the threshold then.
    """

    def __init__(self) -> None:
        self._generations = [Generation(number) for number in range(GENERATIONS)]
        self._thread = self._number = 0
        self._started_ns = self._since_ns = 0
        self._charged = False
        self.collecting = 0
        """The thread in which a collection is under way, one that `gc.collect` asks for, too; 0 for none."""
        self._done: list[tuple[int, int, int, int]] = []
        self._called: list[Any] = []
        self._public: list[Any] = []
        self.on_collected: Callable[[int], None] = lambda _wall_ns: None
        """Called with the time (ns) of each collection, in the thread that collected."""

    def install(self) -> None:
        """From now on collections are timed."""
        self._called = gc.callbacks
        gc.callbacks = self._public = self._called[:]
        self._called.insert(0, self._collecting)

    def remove(self) -> None:
        """Time no more. `gc.callbacks` is again the list that the collector goes through."""
        self._called[:] = self._public
        if gc.callbacks is self._public:
            gc.callbacks = self._called

    def _collecting(self, step: str, info: "dict[str, int]") -> None:
        """The collector's call before and after a collection; there is never more than one at a time."""
        now_ns = monotonic_ns()
        self._called[1:] = self._public  # which are called next
        self.collecting = get_ident() if step == "start" else 0
        if step == "start":
            if gc.isenabled() and gc.get_count()[0] > gc.get_threshold()[0]:
                self._thread, self._number, self._charged = get_ident(), info["generation"], False
                self._since_ns = self._started_ns = now_ns
            return
        if self._started_ns:
            if len(self._done) < MOST_KEPT:
                self._done.append((self._thread, self._number, self._since_ns, now_ns))
            started_ns, self._started_ns = self._started_ns, 0
            self.on_collected(now_ns - started_ns)

    def forget(self, before_ns: int) -> None:
        """Nobody is charged for the collections before that reading of the monotonic clock."""
        self._done = [one for one in self._done if one[3] > before_ns]

    def sampled(self) -> None:
        """A sample was taken: if a collection is under way, it calls a finalizer."""
        self._charged = True

    def take(self, since_ns: int, until_ns: int, threads: "Collection[int] | None") -> "list[tuple[Generation, int]]":
        """What was collected between two readings of the clock, in ns by generation, in these threads or in any.

        A collection holds the GIL: whatever else its thread had to do stood still. Of one that is under way only the
        part before the first sample counts: it gives up the GIL for the finalizers that it calls, which are seen.
        Those before are forgotten.
        """
        if not (self._done or self._started_ns):
            return []
        spent = [0] * GENERATIONS
        done = self._done
        if self._started_ns:
            if not self._charged:
                done = [*done, (self._thread, self._number, self._since_ns, until_ns)]
            self._since_ns = until_ns
        for thread, number, began_ns, ended_ns in done:
            if threads is None or thread in threads:
                spent[number] += max(0, min(ended_ns, until_ns) - max(began_ns, since_ns))
        self.forget(until_ns)
        return [(self._generations[number], spent[number]) for number in range(GENERATIONS) if spent[number]]
