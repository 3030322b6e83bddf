"""What the application's code imports, what that costs, and what its own modules do besides importing."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from lifespan_cli.analysis.contention import alone_ns, contention_of, kind_of, left_by, waits
from lifespan_cli.analysis.user_lines import package
from lifespan_cli.model import COLLECTOR, Frame, Import, PhaseName, Run
from lifespan_cli.model.diagnosis import Contention, ImportCost, ImportNode, ModuleWork, TopLevelLine

IMPORTING: tuple[PhaseName, ...] = ("preload", "import")


@dataclass(slots=True)
class _Open:
    """An import whose own ones still come."""

    entry: Import
    counts: bool
    inner: list["_Open"] = field(default_factory=list)

    def closed(self) -> ImportNode:
        return ImportNode(self.entry, _by_cost(self.inner), self.counts)


def _by_cost(opened: list[_Open]) -> tuple[ImportNode, ...]:
    return tuple(sorted((one.closed() for one in opened), key=lambda node: -node.entry.total_ns))


def import_tree(run: Run, phase: PhaseName) -> tuple[ImportNode, ...]:
    """The imports of a phase as a tree by cost.

    They come in the order in which they began, those of several threads mixed: each belongs to the latest of its
    parent's name, one level above.
    """
    roots: list[_Open] = []
    latest: dict[tuple[str | None, int], _Open] = {}
    loaded: set[str] = set()
    for entry in run.imports:
        if entry.phase == phase:
            counts = not entry.failed and entry.module not in loaded
            opened = latest[entry.module, entry.depth] = _Open(entry, counts)
            loaded |= {entry.module} if counts else set()
            parent = latest.get((entry.parent, entry.depth - 1))
            (parent.inner if parent else roots).append(opened)
    return _by_cost(roots)


def import_costs(run: Run, phase: PhaseName, passed_over: Collection[str] = ()) -> tuple[ImportCost, ...]:
    """The ranking of a phase's imports, the slowest first, and what the garbage collector took of a phase of them.

    The packages `passed_over` do not count anywhere.
    """
    found = [cost for node in import_tree(run, phase) for cost in _costs(node, passed_over)]
    entries = {entry.module: entry for entry in run.imports if entry.phase == phase}
    without = {name: contention_of(run, phase, name) for name in {_package(cost) for cost in found}}
    judged = [_judged(cost, entries[cost.module], run, without[_package(cost)]) for cost in found]
    if phase in IMPORTING:
        judged += _collections(run, phase)
    return tuple(sorted(judged, key=lambda cost: -cost.wall_ns))


def _package(cost: ImportCost) -> str:
    return cost.module.partition(".")[0]


def _judged(cost: ImportCost, entry: Import, run: Run, besides: Contention) -> ImportCost:
    return replace(
        cost,
        waits=waits(cost.wall_ns, cost.cpu_ns, besides),
        alone_ns=alone_ns(cost.wall_ns, cost.cpu_ns, besides),
        lines=top_level_lines(run, entry) if cost.user else (),
    )


def _collections(run: Run, name: PhaseName) -> Iterator[ImportCost]:
    """In an import no module is charged for them."""
    phase = run.phase(name)
    for frame in phase.frames if phase else ():
        if frame.path == COLLECTOR:
            yield ImportCost(frame.function, frame.total_ns, frame.cpu_ns, 0, user=False, path=None, line=None)


def _costs(node: ImportNode, passed_over: Collection[str]) -> Iterator[ImportCost]:
    entry = node.entry
    if _is_of(entry.module, passed_over):
        return
    if not entry.user and not any(_has_user(child) for child in node.children):
        rest = _without_packages(node, passed_over)
        yield ImportCost(entry.module, *rest, user=False, path=entry.path, line=entry.line, lazy=entry.lazy)
        return
    yield ImportCost(
        module=entry.module,
        wall_ns=entry.self_ns,
        cpu_ns=entry.self_cpu_ns,
        modules=int(node.counts),
        user=entry.user,
        path=entry.path,
        line=entry.line,
        lazy=entry.lazy,
        file=entry.file,
    )
    for child in node.children:
        yield from _costs(child, passed_over)


def _without_packages(node: ImportNode, passed_over: Collection[str]) -> tuple[int, int, int]:
    """Wall time, CPU time and number of modules of an import without those packages."""
    wall_ns, cpu_ns, modules = node.entry.self_ns, node.entry.self_cpu_ns, int(node.counts)
    for child in node.children:
        if not _is_of(child.entry.module, passed_over):
            inner = _without_packages(child, passed_over)
            wall_ns, cpu_ns, modules = wall_ns + inner[0], cpu_ns + inner[1], modules + inner[2]
    return wall_ns, cpu_ns, modules


def _is_of(module: str, packages: Collection[str]) -> bool:
    return module.partition(".")[0] in packages


def _has_user(node: ImportNode) -> bool:
    """A library may import the user's modules: plugins, settings modules."""
    return node.entry.user or any(_has_user(child) for child in node.children)


def module_work(run: Run, entry: Import, passed_over: Collection[str]) -> ModuleWork | None:
    """What a module's top-level code did besides importing; None where no sample met it.

    Time within the packages `passed_over` does not count.
    """
    lines = top_level_lines(run, entry, passed_over)
    if not lines:
        return None
    wall_ns = min(sum(line.wall_ns for line in lines), entry.self_ns)
    cpu_ns, delay_ns = (sum(times) for times in zip(*((one.cpu_ns, one.delay_ns) for one in lines), strict=True))
    contention = _left_at(run, entry)
    return ModuleWork(
        module=entry.module,
        phase=entry.phase,
        file=entry.file,
        wall_ns=wall_ns,
        cpu_ns=cpu_ns,
        alone_ns=alone_ns(max(0, wall_ns - delay_ns), cpu_ns, contention),
        kind=kind_of(wall_ns - delay_ns, 0, cpu_ns, contention),
        longest=lines[0],
    )


def top_level_lines(run: Run, entry: Import, passed_over: Collection[str] = ()) -> tuple[TopLevelLine, ...]:
    """The lines of a module's top-level code besides its imports, as sampled, the slowest first.

    Time within the packages `passed_over` does not count, nor do imports further down.
    """
    phase = run.phase(entry.phase)
    asked = {(other.path, other.line) for other in run.imports}
    contention = _left_at(run, entry)
    spent: dict[int, TopLevelLine] = {}
    for frame in _top_level(phase.frames if phase else (), entry.file):
        if (frame.path, frame.line) not in asked:
            wall_ns, cpu_ns, delay_ns = _without(frame, asked, passed_over)
            before = spent.get(frame.line, TopLevelLine(frame.line, frame.source, 0, 0, at_ns=frame.at_ns))
            # the module's own code took no longer than was measured exactly
            wall_ns = min(before.wall_ns + wall_ns, entry.self_ns)
            cpu_ns = min(before.cpu_ns + cpu_ns, wall_ns)
            delay_ns = min(before.delay_ns + delay_ns, wall_ns - cpu_ns)
            spent[frame.line] = replace(
                before,
                wall_ns=wall_ns,
                cpu_ns=cpu_ns,
                delay_ns=delay_ns,
                kind=kind_of(wall_ns - delay_ns, 0, cpu_ns, contention),
                called=_called(frame) or before.called,
                until_ns=frame.until_ns,
            )
    return tuple(sorted(spent.values(), key=lambda line: -line.wall_ns))


def _left_at(run: Run, entry: Import) -> Contention:
    """The contention in the frames of a module's code."""
    phase = run.phase(entry.phase)
    besides = contention_of(run, entry.phase, entry.module.partition(".")[0])
    return left_by(phase, besides) if phase else besides


def _called(frame: Frame) -> str:
    """The function that took more than half of a line's time; empty where it did the work itself."""
    longest = max(frame.children, key=lambda child: child.total_ns, default=None)
    return longest.function if longest is not None and 2 * longest.total_ns > frame.total_ns else ""


def _top_level(frames: tuple[Frame, ...], file: str | None) -> Iterator[Frame]:
    for frame in frames:
        if frame.path == file and frame.function == "<module>":
            yield frame
        yield from _top_level(frame.children, file)


def _without(
    frame: Frame, asked: Collection[tuple[str | None, int | None]], passed_over: Collection[str]
) -> tuple[int, int, int]:
    """A frame's total time, CPU time and delay without the imports below it, and without those packages."""
    total_ns, cpu_ns, delay_ns = frame.total_ns, frame.cpu_ns, frame.delay_ns
    for child in frame.children:
        imports = child.function == "<module>" or (child.path, child.line) in asked
        kept = (0, 0, 0)
        if not imports and (child.user or package(child.path) not in passed_over):
            kept = _without(child, asked, passed_over)
        total_ns += kept[0] - child.total_ns
        cpu_ns += kept[1] - child.cpu_ns
        delay_ns += kept[2] - child.delay_ns
    return max(0, total_ns), max(0, cpu_ns), max(0, delay_ns)
