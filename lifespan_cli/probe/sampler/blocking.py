"""Stretches in which one task or callback keeps the event loop's thread."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from lifespan_cli.probe.sampler.frames import Call, Place
    from lifespan_cli.probe.sampler.garbage import Generation
    from lifespan_cli.probe.sampler.loop_steps import Step
    from lifespan_cli.probe.sampler.snapshot import Look

    Places = tuple[Place | Generation, ...]

SHORTEST_NS = 20_000_000
MOST_BLOCKS = 200
MOST_CALLS = 40
MOST_STACKS = 50


class BlockWatch:
    """Follows the busy thread from look to look."""

    def __init__(self) -> None:
        self._step: Step | None = None
        self._outermost = 0
        self._began_ns = self._until_ns = self._looked_ns = 0
        self._stack: Places = ()
        self._stacks: dict[Places, int] = {}
        self._done: list[tuple[int, int, tuple[Call, ...]]] = []

    def idle(self) -> None:
        """A look found the loop's thread waiting for events."""
        if self._step is not None:
            self._close()

    def see(self, look: "Look", begun: int, now_ns: int, wall_ns: int) -> None:
        """Take note of what the loop's thread runs at a look, at most since `wall_ns`. `stay` is given the time itself.

        `begun` steps have begun since the look before. Those of them that nobody saw lay between the one that was seen
        then and the one that is seen now, and had their share of the time.
        """
        step, outermost = look.step, look.outermost
        before = self._step
        same = before is not None and before[:2] == step[:2] and before[2] in (0, step[2])
        if not same or outermost != self._outermost:
            share_ns = (now_ns - self._looked_ns) // (begun + 1)
            if begun > 1:
                self._until_ns = min(self._until_ns, self._looked_ns + share_ns)
                wall_ns = min(wall_ns, share_ns)
            self._close()
            self._began_ns = max(now_ns - wall_ns, look.since_ns)
        self._step, self._outermost, self._looked_ns = step, outermost, now_ns
        self._stack = look.stack[-MOST_CALLS:]

    def stay(self, now_ns: int, wall_ns: int, collected: "Iterable[tuple[Generation, int]]") -> None:
        """The thread is still where the last look found it, but for the time in which garbage was collected."""
        if self._step is None:
            return
        self._until_ns = now_ns
        for generation, spent_ns in collected:
            self._spend((generation,), spent_ns)
            wall_ns -= spent_ns
        self._spend(self._stack, wall_ns)

    def _spend(self, stack: "Places", wall_ns: int) -> None:
        spent_ns = self._stacks.get(stack)
        if spent_ns is not None or len(self._stacks) < MOST_STACKS:
            self._stacks[stack] = (spent_ns or 0) + wall_ns

    def take(self) -> "tuple[tuple[int, int, tuple[Call, ...]], ...]":
        """The stretches since the last time: `(at, wall, calls at the place where most of it went)`."""
        self._close()
        done, self._done = tuple(self._done), []
        return done

    def _close(self) -> None:
        wall_ns = self._until_ns - self._began_ns
        if self._step is not None and wall_ns >= SHORTEST_NS and len(self._done) < MOST_BLOCKS:
            longest = max(self._stacks, key=lambda stack: self._stacks[stack])
            self._done.append((self._began_ns, wall_ns, tuple([place.call for place in longest])))
        self._step = None
        self._stacks = {}
