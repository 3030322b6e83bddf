"""A phase's steps as a reader is told of them: one by one, each at the line that says most. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from lifespan_cli.analysis.hot_lines import Step
from lifespan_cli.model import COLLECTOR

Place = tuple[str, int]
_SHARED = 3
"""What computed for a third of its time was in want of a processor, and did not block for the rest."""


class Spent(Struct, frozen=True):
    """Time of its own that one of the user's lines took.

    A line which several others lead to, in a helper, says little: then the line that calls it stands here.
    """

    line: Step
    called: str
    """What the line calls; empty where it does the work itself."""
    callers: tuple[Step, ...]
    """The user's lines that led there, innermost first, without those that lead to everything."""
    critical: bool
    """The end of the phase had to wait for it."""
    own_ns: int
    waiting_ns: int
    cpu_ns: int
    at_ns: int
    until_ns: int
    in_thread: bool
    """A worker thread was there, so that the event loop went on."""
    tasks: int
    """How many tasks ran side by side, this one among them; 1 when it was alone."""
    lines: int
    """At how many lines they were."""

    @property
    def kind(self) -> str:
        """What most of the time was."""
        return "in thread" if self.in_thread else kind(self.own_ns, self.waiting_ns, self.cpu_ns)


def kind(wall_ns: int, waiting_ns: int, cpu_ns: int) -> Literal["waiting", "computing", "blocking"]:
    """What most of a time was."""
    running_ns = wall_ns - waiting_ns
    if waiting_ns >= running_ns:
        return "waiting"
    return "computing" if _SHARED * cpu_ns >= running_ns else "blocking"


class _Visit(Struct, frozen=True):
    """A step with time of its own, and the steps that led to it."""

    path: tuple[Step, ...]
    """Innermost first."""
    in_thread: bool
    beside: tuple[int, int]
    """The number of tasks side by side, and of their lines."""


def spent(found: Sequence[Step]) -> tuple[Spent, ...]:
    """Everything with time of its own, in the order of time.

    What computes is one item for each function: a loop is not understood by its lines.
    """
    visits = list(_walk(found, (), False, (1, 1)))
    shared = _shared(found)
    common = _common([visit for visit in visits if visit.path[0].critical and visit.path[0].path != COLLECTOR])
    items = [_item(visit, shared, common) for visit in visits]
    computing = {_function(item) for item in items if item.kind == "computing"}
    joined: dict[object, Spent] = {}
    for item in items:
        function = _function(item)
        loop = function in computing and item.kind in ("computing", "blocking") and not item.called
        key = function if loop else (function, item.line.line)
        joined[key] = _join(joined[key], item) if key in joined else item
    return tuple(sorted(joined.values(), key=lambda item: item.at_ns))


def _walk(found: Sequence[Step], path: tuple[Step, ...], in_thread: bool, beside: tuple[int, int]) -> Iterator[_Visit]:
    for step in found:
        threaded = in_thread or (step.task is not None and step.width == 0)
        around = _beside(step, found) if step.task is not None and not threaded else beside
        if step.own_ns > 0:
            yield _Visit((step, *path), threaded, around)
        yield from _walk(step.children, (step, *path), threaded, around)


def _beside(step: Step, found: Sequence[Step]) -> tuple[int, int]:
    """The number of tasks that ran at the same time under the same line, and of the lines that they were at."""
    overlapping = [
        other
        for other in found
        if other.task is not None and other.width and other.at_ns < step.until_ns and step.at_ns < other.until_ns
    ]
    return sum(other.width for other in overlapping), len(overlapping)


def _place(step: Step) -> Place:
    return step.path, step.line


def _shared(found: Sequence[Step]) -> set[Place]:
    """The lines that several lines lead to."""
    chains: dict[tuple[int, Place], int] = {}
    led_from: dict[Place, set[int]] = {}
    still = [(step, -1) for step in found]
    while still:
        step, caller = still.pop()
        place = _place(step)
        led_from.setdefault(place, set()).add(caller)
        chain = chains.setdefault((caller, place), len(chains))
        still += [(child, chain) for child in step.children]
    return {place for place, callers in led_from.items() if len(callers) > 1}


def _common(visits: Iterable[_Visit]) -> int:
    """How many of the outermost lines lead to everything."""
    count = 0
    for outermost in zip(*(reversed(visit.path) for visit in visits), strict=False):
        if len(set(map(_place, outermost))) > 1:
            return count
        count += 1
    return count


def _item(visit: _Visit, shared: set[Place], common: int) -> Spent:
    step, path = visit.path[0], visit.path
    telling = next((index for index, caller in enumerate(path) if _place(caller) not in shared), len(path) - 1)
    called = path[telling - 1].function if telling else step.called.rpartition(": ")[2]
    return Spent(
        line=path[telling],
        called=called,
        callers=path[telling + 1 : max(len(path) - common, telling + 1)],
        critical=step.critical,
        own_ns=step.own_ns,
        waiting_ns=step.own_waiting_ns,
        cpu_ns=step.own_cpu_ns,
        at_ns=step.at_ns,
        until_ns=step.until_ns,
        in_thread=visit.in_thread,
        tasks=visit.beside[0],
        lines=visit.beside[1],
    )


def _function(item: Spent) -> tuple[object, ...]:
    """The function that the line is of, as it was called."""
    return item.line.path, item.line.function, tuple(map(_place, item.callers)), item.critical, item.in_thread


def _join(first: Spent, second: Spent) -> Spent:
    larger = first if first.own_ns >= second.own_ns else second
    return replace(
        larger,
        own_ns=first.own_ns + second.own_ns,
        waiting_ns=first.waiting_ns + second.waiting_ns,
        cpu_ns=first.cpu_ns + second.cpu_ns,
        at_ns=min(first.at_ns, second.at_ns),
        until_ns=max(first.until_ns, second.until_ns),
    )
