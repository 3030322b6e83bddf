"""Which step of the event loop its thread is in: one task or callback, from taking the thread to giving it back.

Two looks that find the same outermost frame may see two steps of one task with turns of the loop between them, or two
callbacks of one turn. What tells them apart, and since when at most a step lasts:
- trio tells an instrument when a step begins and ends.
- asyncio notes the time at which its turn began. In a turn a task has one step at most, and each step takes the first
  of the handles that are ready: how far they have moved on tells how many steps there were since the last look. When
  none is left, what runs is the last step of the turn.
- uvloop shows no handles. It knows the time of its turn, but moves that when a timer is set: a callback that we
  schedule, a beat, tells turns apart.
"""

import sys
from itertools import islice

from lifespan_cli.probe.clock import monotonic_ns
from lifespan_cli.probe.internals.eventloop import ITERATION, ready_handles
from lifespan_cli.probe.loading.server_imports import standard_if_loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    Step = tuple[float, int, int]


MOST_NEXT = 100


class NoSteps:
    """Outside of an event loop."""

    exact = True
    """Since when a step lasts at most can be relied on; not on uvloop, whose time moves within a turn."""
    begun = 1
    """How many steps have begun between the last two looks, if the second found another step than the first."""

    def present(self, _turn: "FrameType | None") -> "tuple[Step, int]":
        """What identifies the step that the loop's thread is in, and since when it lasts at most (monotonic clock, ns).

        `turn` is the frame of asyncio's loop that is one turn of it, if there is one.
        The last part of the identity is 0 or stays what it once was as long as the step lasts.
        """
        return (0, 0, 0), 0

    def task(self) -> "Any":
        """The task that the loop's thread runs, or None."""
        return None


class TrioSteps(NoSteps):
    """To be made in trio's thread."""

    def __init__(self) -> None:
        self._began_ns = self._steps = self._seen = 0
        self._task: Any = None
        sys.modules["trio"].lowlevel.add_instrument(self)

    def before_task_step(self, task: object) -> None:
        """trio's word: a task begins to run."""
        self._task = task
        self._steps += 1
        self._began_ns = monotonic_ns()

    def after_task_step(self, _task: object) -> None:
        """trio's word: it has given the thread back."""
        self._task = None

    def present(self, _turn: "FrameType | None") -> "tuple[Step, int]":
        """The number of the step."""
        self.begun, self._seen = max(1, self._steps - self._seen), self._steps
        return (self._steps, 0, 0), self._began_ns

    def task(self) -> "Any":
        """The task that runs."""
        return self._task


class AsyncioSteps(NoSteps):
    """To be made in a task of the loop."""

    def __init__(self) -> None:
        asyncio = standard_if_loaded("asyncio")
        self._loop = asyncio.get_running_loop()
        self._current_task = asyncio.current_task
        self._ready = ready_handles(self._loop)
        self.exact = self._ready is not None
        self._beats = 0
        self._expected = False
        self._turn_s = 0.0
        self._next: list[int] = []
        """The identities of the handles that were ready at the last look."""

    def present(self, turn: "FrameType | None") -> "tuple[Step, int]":
        """The turn, the task, and the handle that comes next."""
        task = id(self._current_task(self._loop))
        if turn is not None:
            turn_s = ITERATION.follow(turn) or 0
            ready = list(map(id, islice(self._ready or (), MOST_NEXT)))
            first = ready[0] if ready else 0
            self.begun = self._begun(first) if turn_s == self._turn_s else 1
            self._turn_s, self._next = turn_s, ready
            return (turn_s, task, first), int(turn_s * 1e9)
        self._ask()
        return (self._beats, task, 0), int(self._loop.time() * 1e9)

    def task(self) -> "Any":
        """The task that runs."""
        return self._current_task(self._loop)

    def _begun(self, first: int) -> int:
        """How many handles of this turn have been taken since the last look."""
        before = self._next
        return max(1, before.index(first) if first in before else len(before))

    def _ask(self) -> None:
        if not self._expected:
            self._expected = True
            try:
                self._loop.call_soon_threadsafe(self._beat)
            except RuntimeError:  # the loop is closed
                pass

    def _beat(self) -> None:
        self._beats += 1
        self._expected = False


def steps_of(backend: str) -> NoSteps:
    """Of the loop that runs in this thread."""
    return TrioSteps() if backend == "trio" else AsyncioSteps()
