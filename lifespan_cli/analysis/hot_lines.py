"""The rows of the table of what took the time: one for each line with time of its own, one for each import."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from lifespan_cli.analysis.contention import kind_of
from lifespan_cli.analysis.user_lines import SMALL, Step, steps
from lifespan_cli.model import COLLECTOR, Call, Phase
from lifespan_cli.model.diagnosis import Contention, HotLine, ImportCost, TopLevelLine
from lifespan_cli.model.types import Kind, PhaseName

Place = tuple[str, str, int]
"""Path, function and line: the key of a row."""
MAJOR = 0.05
"""An application's module shows those of its lines that took this share of the time until it was ready."""
IMPORT_ERROR_NS = 50_000_000
"""And at least this: a line that lasts is found up to 45 ms late in an import, where samples are rare."""


MOST_PARALLEL = 10**6
"""More tasks than any process has: a report that says more was not written by us."""


class _Visit(Struct, frozen=True):
    """A step with time of its own, and the steps that led to it."""

    path: tuple[Step, ...]
    """Innermost first."""
    in_thread: bool
    lane: int
    """The task or thread that it is in."""
    parallel: int
    """The number of tasks at one time."""


class _Times(Struct):
    """What the visits of one row took, in ns."""

    own_ns: int = 0
    waiting_ns: int = 0
    cpu_ns: int = 0
    delay_ns: int = 0
    thread_ns: int = 0

    def add(self, visit: _Visit) -> None:
        """Add a visit's times, whole."""
        step = visit.path[0]
        self.own_ns += step.own_ns
        self.waiting_ns += step.own_waiting_ns
        self.cpu_ns += step.own_cpu_ns
        self.delay_ns += step.own_delay_ns
        self.thread_ns += step.own_ns if visit.in_thread else step.own_thread_ns

    def kind(self, contention: Contention) -> Kind:
        """What most of it was."""
        if 2 * self.thread_ns >= self.own_ns:
            return "in_thread"
        return kind_of(self.own_ns - self.delay_ns, self.waiting_ns, self.cpu_ns, contention)


class _Row(Struct):
    """A row while its visits are added up."""

    line: HotLine
    times: _Times


def sampled_lines(phase: Phase, contention: Contention) -> tuple[HotLine, ...]:
    """A row for each line of a function that took time of its own, in the order of time.

    What the end of the phase did not have to wait for has rows of its own, one for each task.
    """
    found = steps(phase)
    visits = list(_walk(found, (), False, 0, 1))
    common = _common([visit for visit in visits if visit.path[0].critical and visit.path[0].path != COLLECTOR])
    shown = _shown(visits, _shared(found), contention)
    rows: dict[tuple[object, ...], _Row] = {}
    for visit, index in zip(visits, shown, strict=True):
        place = _place(visit.path[index])
        for critical, wall_ns in _parts(visit.path[0], phase.wall_ns):
            line = _line(visit, index, common, phase.name, critical, wall_ns)
            key = (*place, critical, 0 if critical else visit.lane)
            row = rows[key] = (
                _Row(_added(rows[key].line, line), rows[key].times) if key in rows else _Row(line, _Times())
            )
            row.times.add(visit)
    lines = (row.line if row.line.kind == "gc" else _judged(row, contention) for row in rows.values())
    return tuple(sorted(lines, key=lambda line: line.at_ns))


def import_lines(costs: Iterable[ImportCost], phase: PhaseName, ready_ns: int) -> Iterator[HotLine]:
    """A row for each library that the application imports, for each module of its own, and for each line of such a
    module that took at least a twentieth of `ready_ns`."""
    least_ns = max(MAJOR * ready_ns, IMPORT_ERROR_NS)
    for cost in costs:
        lines = [_top_level_line(cost, line, phase) for line in cost.lines if line.wall_ns >= least_ns]
        rest_ns = cost.wall_ns - sum(line.wall_ns for line in lines)
        rest_cpu_ns = cost.cpu_ns - sum(line.cpu_ns for line in lines)
        yield from lines
        if rest_ns > 0:
            yield _import_line(cost, phase, rest_ns, min(rest_ns, max(0, rest_cpu_ns)))


def _top_level_line(cost: ImportCost, line: TopLevelLine, phase: PhaseName) -> HotLine:
    return HotLine(
        phase=phase,
        path=cost.file,
        line=line.line,
        function="<module>",
        what=line.source,
        kind=line.kind,
        wall_ns=line.wall_ns,
        cpu_ns=line.cpu_ns,
        called=line.called,
        at_ns=line.at_ns,
        until_ns=line.until_ns,
    )


def _import_line(cost: ImportCost, phase: PhaseName, wall_ns: int, cpu_ns: int) -> HotLine:
    collected = not cost.modules and cost.path is None and not cost.user
    return HotLine(
        phase=phase,
        path=cost.path,
        line=cost.line,
        function="",
        what=cost.module,
        kind="gc" if collected else "import",
        wall_ns=wall_ns,
        cpu_ns=cpu_ns,
        user=cost.user,
        modules=cost.modules,
        lazy=cost.lazy,
    )


def _walk(found: Sequence[Step], path: tuple[Step, ...], in_thread: bool, lane: int, parallel: int) -> Iterator[_Visit]:
    counts = _counts([step for step in found if step.task is not None])
    for step in found:
        threaded = in_thread or step.in_thread
        begun = step.task is not None
        inner, around = (step.lane, _parallel(step, counts)) if begun else (lane, parallel)
        if step.own_ns > 0:
            yield _Visit((step, *path), threaded, inner, around)
        yield from _walk(step.children, (step, *path), threaded, inner, around)


def _counts(begun: Sequence[Step]) -> list[tuple[int, int]]:
    """How many of these tasks and threads, which one line waits for, were there from each moment on."""
    moments = sorted({moment for step in begun for moment in (step.at_ns, step.until_ns)})
    counts = []
    for now_ns in moments:
        widths: dict[int, int] = {}
        for step in begun:
            if step.at_ns <= now_ns < step.until_ns:
                widths[step.lane] = max(widths.get(step.lane, 0), step.width, 1)
        counts.append((now_ns, sum(widths.values())))
    return counts


def _parallel(step: Step, counts: Sequence[tuple[int, int]]) -> int:
    """The most that were there at one time with this one."""
    first, last = (bisect_left(counts, (moment, 0)) for moment in (step.at_ns, step.until_ns))
    return min(max((count for _, count in counts[first:last]), default=1), MOST_PARALLEL)


def _place(step: Step) -> Place:
    return step.path, step.function, step.line


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


def _shown(visits: Sequence[_Visit], shared: set[Place], contention: Contention) -> list[int]:
    """For each visit, which line of its path stands for it: its own, unless several lead to that.

    A line of a helper that several lines lead to says little, and the line that calls it stands for it; but not for
    lines of different kinds, which only their own rows can tell apart.
    """
    calling = [
        next((index for index, step in enumerate(visit.path) if _place(step) not in shared), len(visit.path) - 1)
        for visit in visits
    ]
    times: dict[Place, dict[Place, _Times]] = {}
    for visit, index in zip(visits, calling, strict=True):
        inner = times.setdefault(_place(visit.path[index]), {})
        inner.setdefault(_place(visit.path[0]), _Times()).add(visit)
    mixed = {place for place, inner in times.items() if len(_kinds(inner.values(), contention)) > 1}
    return [0 if _place(visit.path[index]) in mixed else index for visit, index in zip(visits, calling, strict=True)]


def _kinds(inner: Iterable[_Times], contention: Contention) -> set[Kind]:
    """The kinds of lines that took a part worth a line of the whole."""
    listed = list(inner)
    least_ns = SMALL * sum(times.own_ns for times in listed)
    return {times.kind(contention) for times in listed if times.own_ns > least_ns}


def _common(visits: Iterable[_Visit]) -> int:
    """How many of the outermost lines lead to everything."""
    count = 0
    for outermost in zip(*(reversed(visit.path) for visit in visits), strict=False):
        if len(set(map(_place, outermost))) > 1:
            return count
        count += 1
    return count


def _parts(step: Step, phase_ns: int) -> Iterator[tuple[bool, int]]:
    """A line's own time: what the end of the phase had to wait for, and the rest. A small part is none."""
    critical_ns = step.own_critical_ns
    if critical_ns < min(step.own_ns / 2, SMALL * phase_ns):
        critical_ns = 0
    rest_ns = step.own_ns - critical_ns
    if critical_ns:
        yield True, critical_ns
    if not critical_ns or rest_ns > SMALL * phase_ns:
        yield False, rest_ns


def _line(visit: _Visit, index: int, common: int, phase: PhaseName, critical: bool, wall_ns: int) -> HotLine:
    step, path = visit.path[0], visit.path
    shown = path[index]
    callers = path[index + 1 : max(len(path) - common, index + 1)]
    collected = shown.path == COLLECTOR
    return HotLine(
        phase=phase,
        path=None if collected else shown.path,
        line=None if collected else shown.line,
        function="" if collected else shown.function,
        what=shown.source or shown.function,
        kind="gc" if collected else "waiting",
        wall_ns=wall_ns,
        cpu_ns=step.own_cpu_ns * wall_ns // step.own_ns,
        parallel=visit.parallel,
        critical=critical,
        user=shown.user,
        called=path[index - 1].function if index else step.called.rpartition(": ")[2],
        callers=tuple(Call(caller.function, caller.path, caller.line) for caller in callers),
        at_ns=step.at_ns,
        until_ns=step.until_ns,
    )


def _added(one: HotLine, other: HotLine) -> HotLine:
    longer = one if one.wall_ns >= other.wall_ns else other
    return replace(
        longer,
        wall_ns=one.wall_ns + other.wall_ns,
        cpu_ns=one.cpu_ns + other.cpu_ns,
        parallel=max(one.parallel, other.parallel),
        at_ns=min(one.at_ns, other.at_ns),
        until_ns=max(one.until_ns, other.until_ns),
    )


def _judged(row: _Row, contention: Contention) -> HotLine:
    return replace(row.line, kind=row.times.kind(contention))
