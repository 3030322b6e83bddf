"""Stretches in which one task or callback keeps the event loop's thread.

Two looks that find the same outermost frame may see two steps of one task with turns of the loop between them. A beat,
scheduled in the loop whenever a second look finds it at the same step, tells them apart: while one step lasts, no beat
comes through. So a stretch may at most begin one look too early, and loops that never keep a step are never woken.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lifespan_cli.probe.machinery import Call

    Calls = tuple[Call, ...]

SHORTEST_NS = 20_000_000
MOST_BLOCKS = 200
MOST_CALLS = 40
MOST_PLACES = 50


class BlockWatch:
    """Follows the busy thread from look to look."""

    def __init__(self) -> None:
        self.schedule: Callable[[], None] | None = None
        """Have `beat` called in the loop; safe to call from another thread."""
        self._beats = 0
        self._expected = False
        self._step: tuple[int, int] | None = None
        self._began_ns = self._until_ns = 0
        self._place: Calls = ()
        self._places: dict[Calls, int] = {}
        self._done: list[tuple[int, int, Calls]] = []

    def beat(self) -> None:
        """The loop has turned."""
        self._beats += 1
        self._expected = False

    def idle(self) -> None:
        """A look found the loop's thread waiting for events."""
        if self._step is not None:
            self._close()

    def see(self, outermost: int, calls: "Calls", now_ns: int, wall_ns: int) -> None:
        """Take note of what the loop's thread runs at a look; `outermost` is the identity of its outermost frame."""
        step = outermost, self._beats
        if step == self._step:
            self._ask()
        else:
            self._close()
            self._step = step
            self._began_ns = now_ns - wall_ns
        self._place = calls[-MOST_CALLS:]
        self.stay(now_ns, wall_ns)

    def stay(self, now_ns: int, wall_ns: int) -> None:
        """The thread is still where the last look found it."""
        if self._step is None:
            return
        self._until_ns = now_ns
        if self._place in self._places or len(self._places) < MOST_PLACES:
            self._places[self._place] = self._places.get(self._place, 0) + wall_ns

    def _ask(self) -> None:
        if self.schedule is None or self._expected:
            return
        self._expected = True
        try:
            self.schedule()
        except Exception:  # the loop is closed
            self.schedule = None

    def take(self) -> "tuple[tuple[int, int, Calls], ...]":
        """The stretches since the last time: `(at, wall, calls at the place where most of it went)`."""
        self._close()
        done, self._done = tuple(self._done), []
        return done

    def _close(self) -> None:
        wall_ns = self._until_ns - self._began_ns
        if self._step is not None and wall_ns >= SHORTEST_NS and len(self._done) < MOST_BLOCKS:
            place = max(self._places, key=lambda calls: self._places[calls])
            self._done.append((self._began_ns, wall_ns, place))
        self._step = None
        self._places = {}
