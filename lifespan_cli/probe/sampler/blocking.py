"""Stretches in which one task or callback keeps the event loop's thread."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from lifespan_cli.probe.sampler.frames import Call, Place
    from lifespan_cli.probe.sampler.garbage import Generation
    from lifespan_cli.probe.sampler.loop_steps import Step
    from lifespan_cli.probe.sampler.snapshot import Look

    Places = tuple[Place | Generation, ...]
    Stretch = tuple[int, int, int | None, tuple[tuple[int, int, tuple[Call, ...]], ...], int]

SHORTEST_NS = 20_000_000
"""So long a stretch lasts that is noted, unless a shorter limit is set."""
MOST_BLOCKS = 200
MOST_CALLS = 40
MOST_STACKS = 200
"""Kept apart while a stretch lasts; of more the smaller half is only added up."""
MOST_LINES = 20
SHARE, LEAST_NS = 0.05, 5_000_000
"""What takes this much of a stretch, or so long, is told by itself."""


class BlockWatch:
    """Follows the busy thread from look to look."""

    def __init__(self, shortest_ns: int = SHORTEST_NS) -> None:
        self._shortest_ns = shortest_ns
        self._step: Step | None = None
        self._outermost = 0
        self._began_ns = self._until_ns = self._looked_ns = 0
        self._delay_ns = 0
        self._stack: Places = ()
        self._stacks: dict[Places, tuple[int, int]] = {}
        """The wall and CPU times (ns) of each."""
        self._rest_ns = 0
        self._done: list[Stretch] = []

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
        # each function at a line once: what calls itself is one stack however deep it is
        self._stack = tuple(dict.fromkeys(look.stack))[-MOST_CALLS:]

    def stay(
        self, now_ns: int, wall_ns: int, cpu_ns: int, delay_ns: int, collected: "Iterable[tuple[Generation, int]]"
    ) -> None:
        """The thread is still where the last look found it, but for the time in which garbage was collected.

        Of that time it computed for `cpu_ns`, and waited for a processor for `delay_ns`, negative where nobody knows.
        """
        if self._step is None:
            return
        self._until_ns = now_ns
        self._delay_ns += delay_ns
        for generation, spent_ns in collected:
            self._spend((generation,), spent_ns, spent_ns)
            wall_ns, cpu_ns = wall_ns - spent_ns, max(0, cpu_ns - spent_ns)
        self._spend(self._stack, wall_ns, cpu_ns)

    def _spend(self, stack: "Places", wall_ns: int, cpu_ns: int) -> None:
        wall, cpu = self._stacks.get(stack, (0, 0))
        self._stacks[stack] = wall + wall_ns, cpu + cpu_ns
        if len(self._stacks) > MOST_STACKS:
            self._keep(MOST_STACKS // 2)

    def _keep(self, count: int) -> None:
        """Keep so many of the stacks apart, those with the most time."""
        stacks = sorted(self._stacks.items(), key=_time_of, reverse=True)
        self._stacks = dict(stacks[:count])
        self._rest_ns += sum(map(_time_of, stacks[count:]))

    def take(self) -> "tuple[Stretch, ...]":
        """The longest of the stretches since the last time, in their order, as the columns of `BlockedStretch`."""
        self._close()
        done, self._done = tuple(sorted(self._done, key=lambda stretch: stretch[0])), []
        return done

    def _close(self) -> None:
        wall_ns = self._until_ns - self._began_ns
        if self._step is not None and self._stacks and wall_ns >= self._shortest_ns:
            self._finish(wall_ns)
        self._step = None
        self._stacks = {}
        self._rest_ns = self._delay_ns = 0

    def _finish(self, wall_ns: int) -> None:
        if len(self._done) >= MOST_BLOCKS:
            shortest = min(self._done, key=_wall_of)
            if wall_ns <= _wall_of(shortest):
                return
            self._done.remove(shortest)
        least_ns = min(LEAST_NS, int(SHARE * wall_ns))
        self._keep(max(1, min(MOST_LINES, sum(spent_ns >= least_ns for spent_ns, _ in self._stacks.values()))))
        lines = [(*spent, tuple([place.call for place in stack])) for stack, spent in self._stacks.items()]
        delay_ns = None if self._delay_ns < 0 else min(self._delay_ns, wall_ns)
        self._done.append((self._began_ns, wall_ns, delay_ns, tuple(lines), self._rest_ns))


def _time_of(stack: "tuple[Places, tuple[int, int]]") -> int:
    return stack[1][0]


def _wall_of(stretch: "Stretch") -> int:
    return stretch[1]
