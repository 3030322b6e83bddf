"""The rows of the table of what took the time: one for each line with time of its own, one for each import."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from lifespan_cli.analysis.contention import kind_of
from lifespan_cli.analysis.user_lines import Step, steps
from lifespan_cli.model import COLLECTOR, Call, Phase
from lifespan_cli.model.diagnosis import Contention, HotLine, ImportCost
from lifespan_cli.model.types import Kind, PhaseName

Place = tuple[str, int]


class _Visit(Struct, frozen=True):
    """A step with time of its own, and the steps that led to it."""

    path: tuple[Step, ...]
    """Innermost first."""
    in_thread: bool
    parallel: int
    """The number of tasks at the same time."""


class _Row(Struct, frozen=True):
    """A row while its visits are added up."""

    line: HotLine
    waiting_ns: int
    thread_ns: int


def sampled_lines(phase: Phase, contention: Contention) -> tuple[HotLine, ...]:
    """A row for each line of a function that took time of its own, in the order of time.

    A line that several others lead to, in a helper, says little: the line that calls it stands for it.
    """
    found = steps(phase)
    visits = list(_walk(found, (), False, 1))
    shared = _shared(found)
    common = _common([visit for visit in visits if visit.path[0].critical and visit.path[0].path != COLLECTOR])
    rows: dict[tuple[object, ...], _Row] = {}
    for visit in visits:
        row = _row(visit, shared, common, phase.name)
        key = (row.line.path, row.line.function, row.line.line, row.line.critical)
        rows[key] = _added(rows[key], row) if key in rows else row
    lines = (replace(row.line, kind=_kind(row, contention)) for row in rows.values())
    return tuple(sorted(lines, key=lambda line: line.at_ns))


def import_lines(costs: Iterable[ImportCost], phase: PhaseName) -> tuple[HotLine, ...]:
    """A row for each library that the application imports, and for each module of its own."""
    return tuple(_import_line(cost, phase) for cost in costs if cost.wall_ns > 0)


def _import_line(cost: ImportCost, phase: PhaseName) -> HotLine:
    collected = not cost.modules and cost.path is None and not cost.user
    return HotLine(
        phase=phase,
        path=cost.path,
        line=cost.line,
        function="",
        what=cost.module,
        kind="gc" if collected else "import",
        wall_ns=cost.wall_ns,
        cpu_ns=cost.cpu_ns,
        user=cost.user,
        modules=cost.modules,
        lazy=cost.lazy,
    )


def _walk(found: Sequence[Step], path: tuple[Step, ...], in_thread: bool, parallel: int) -> Iterator[_Visit]:
    for step in found:
        threaded = in_thread or (step.task is not None and step.width == 0)
        around = _parallel(step, found) if step.task is not None and not threaded else parallel
        if step.own_ns > 0:
            yield _Visit((step, *path), threaded, around)
        yield from _walk(step.children, (step, *path), threaded, around)


def _parallel(step: Step, found: Sequence[Step]) -> int:
    """The number of tasks that ran at the same time under the same line."""
    return sum(
        other.width
        for other in found
        if other.task is not None and other.width and other.at_ns < step.until_ns and step.at_ns < other.until_ns
    )


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


def _row(visit: _Visit, shared: set[Place], common: int, phase: PhaseName) -> _Row:
    step, path = visit.path[0], visit.path
    telling = next((index for index, caller in enumerate(path) if _place(caller) not in shared), len(path) - 1)
    shown = path[telling]
    callers = path[telling + 1 : max(len(path) - common, telling + 1)]
    collected = shown.path == COLLECTOR
    line = HotLine(
        phase=phase,
        path=None if collected else shown.path,
        line=None if collected else shown.line,
        function="" if collected else shown.function,
        what=shown.source or shown.function,
        kind="gc" if collected else "waiting",
        wall_ns=step.own_ns,
        cpu_ns=step.own_cpu_ns,
        parallel=visit.parallel,
        critical=step.critical,
        user=shown.user,
        called=path[telling - 1].function if telling else step.called.rpartition(": ")[2],
        callers=tuple(Call(caller.function, caller.path, caller.line) for caller in callers),
        at_ns=step.at_ns,
        until_ns=step.until_ns,
    )
    return _Row(line, step.own_waiting_ns, step.own_ns if visit.in_thread else 0)


def _added(first: _Row, second: _Row) -> _Row:
    one, other = first.line, second.line
    longer = one if one.wall_ns >= other.wall_ns else other
    line = replace(
        longer,
        wall_ns=one.wall_ns + other.wall_ns,
        cpu_ns=one.cpu_ns + other.cpu_ns,
        parallel=max(one.parallel, other.parallel),
        at_ns=min(one.at_ns, other.at_ns),
        until_ns=max(one.until_ns, other.until_ns),
    )
    return _Row(line, first.waiting_ns + second.waiting_ns, first.thread_ns + second.thread_ns)


def _kind(row: _Row, contention: Contention) -> Kind:
    line = row.line
    if line.kind == "gc":
        return "gc"
    if 2 * row.thread_ns >= line.wall_ns:
        return "in_thread"
    return kind_of(line.wall_ns, row.waiting_ns, line.cpu_ns, contention)
