"""Stretches in which one task or callback keeps the event loop's thread.

Two looks that find the same outermost frame may see two steps of one task with turns of the loop between them. A beat,
scheduled in the loop whenever a look finds it busy, tells them apart: while one step lasts, no beat comes through.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    Calls = tuple[tuple[str, str, int], ...]

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
        self._places: dict[Calls, int] = {}
        self._done: list[tuple[int, int, Calls]] = []

    def beat(self) -> None:
        """The loop has turned."""
        self._beats += 1
        self._expected = False

    def see(self, working: "list[FrameType]", now_ns: int, wall_ns: int) -> None:
        """Take note of what the loop's thread runs at a look, outermost frame first; nothing when it is idle."""
        step = (id(working[0]), self._beats) if working else None  # not the frame: its locals would live on
        if step is None or step != self._step:
            self._close()
            self._step = step
            self._began_ns = now_ns - wall_ns
        if step is None:
            return
        self._until_ns = now_ns
        calls = tuple(_call(frame) for frame in working[-MOST_CALLS:])
        if calls in self._places or len(self._places) < MOST_PLACES:
            self._places[calls] = self._places.get(calls, 0) + wall_ns
        if self.schedule is not None and not self._expected:
            self._expected = True
            try:
                self.schedule()
            except RuntimeError:  # the loop is closed
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


def _call(frame: "FrameType") -> "tuple[str, str, int]":
    code = frame.f_code
    return getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0
