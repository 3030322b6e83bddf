"""Call trees and imports as bars on the time axis, which nest and never overlap: what is drawn as flames. Pure.

A frame stands for every time that its line ran, and `total_ns` for all of them together; a line in a loop is first seen
before its neighbour and last seen after it. So a bar begins where its line was first seen, is as long as the line took,
and gives way to the neighbours that were seen before it. What cannot have run in sequence, since together it took
longer than its caller, and what begins a task or a thread, goes to a lane of its own. Imports are exact: they lie where
they were.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from lifespan_cli.model import Frame, Import, Phase, PhaseName, Run
from lifespan_cli.model.diagnosis import ImportNode, ImportTrees

_SLACK = 1.05
"""Samples are not exact: so much longer than their caller may children be together and still have run in sequence."""


class Chain(Struct, frozen=True):
    """Calls in libraries that are drawn as one bar, outermost first, at least two."""

    frames: tuple[Frame, ...]


class Few(Struct, frozen=True):
    """Neighbours that are too short to be drawn one by one: how many, with all below them, and their time together."""

    count: int
    total_ns: int


Item = Frame | Import | Chain | Few


class Node(Struct, frozen=True):
    """What is to be laid out. Times count from the spawn."""

    item: Item
    at_ns: int
    until_ns: int
    total_ns: int
    children: tuple["Node", ...] = ()
    task: str | None = None
    """The task or thread that begins here."""
    width: int = 0
    """How many tasks were here at once."""
    in_thread: bool = False
    """It is a thread that begins here."""
    lane: int = 0
    """The identity of that task or thread, which may be at several lines in turn; 0 where it is not known."""


class Bar(Struct, frozen=True):
    """A node in its place: `begin_ns` to `end_ns` from the spawn, within its parent's, after its elder siblings'."""

    item: Item
    begin_ns: int
    end_ns: int
    children: tuple["Bar", ...] = ()

    @property
    def wall_ns(self) -> int:
        """Its length."""
        return self.end_ns - self.begin_ns


class Lane(Struct, frozen=True):
    """What one task or thread did in parallel. `end_ns` is when it was last seen, which may be after its last bar."""

    task: str | None
    """None: it is of the same task as its caller, which several tasks executed at once."""
    width: int
    in_thread: bool
    end_ns: int
    bars: tuple[Bar, ...]
    """At least one."""

    @property
    def begin_ns(self) -> int:
        """When it was first seen."""
        return self.bars[0].begin_ns

    @property
    def wall_ns(self) -> int:
        """The length of its bars together."""
        return sum(bar.wall_ns for bar in self.bars)


class Flame(Struct, frozen=True):
    """What happened in sequence, and in parallel with it."""

    bars: tuple[Bar, ...]
    lanes: tuple[Lane, ...]

    def trees(self) -> Iterator[Bar]:
        """The roots of all bars."""
        yield from self.bars
        for lane in self.lanes:
            yield from lane.bars


def frame_nodes(frames: Iterable[Frame]) -> tuple[Node, ...]:
    """A call tree as it is."""
    nodes = []
    for frame in frames:
        total_ns = max(frame.total_ns, 0)
        until_ns = max(frame.until_ns, frame.at_ns + total_ns)
        children = frame_nodes(frame.children)
        in_thread = frame.task is not None and not frame.width
        # of the times that tasks were here, the phase waited for the last
        at_ns = until_ns - total_ns if frame.task is not None and frame.critical else frame.at_ns
        nodes.append(Node(frame, at_ns, until_ns, total_ns, children, frame.task, frame.width, in_thread, frame.lane))
    return tuple(nodes)


def import_nodes(run: Run, trees: ImportTrees, phase: PhaseName) -> tuple[Node, ...]:
    """The imports of a phase, nested, and in the user's modules the top-level lines that are no imports, as sampled."""
    seen = run.phase(phase)
    asked = {(entry.path, entry.line) for entry in run.imports}
    work: dict[str, list[Frame]] = {}
    for frame in _top_level(seen.frames if seen else ()):
        if frame.user and (frame.path, frame.line) not in asked:
            work.setdefault(frame.path, []).append(frame)
    order = {id(entry): number for number, entry in enumerate(run.imports)}
    return _import_nodes(trees.get(phase, ()), order, work)


def _import_nodes(
    imports: Iterable[ImportNode], order: dict[int, int], work: dict[str, list[Frame]]
) -> tuple[Node, ...]:
    nodes = []
    for node in sorted(imports, key=lambda one: order[id(one.entry)]):
        entry = node.entry
        children = _import_nodes(node.children, order, work)
        if entry.user and entry.file in work:
            children = (*children, *_between(children, frame_nodes(work[entry.file]), entry))
        total_ns = max(entry.total_ns, 0)
        nodes.append(Node(entry, entry.at_ns, entry.at_ns + total_ns, total_ns, children))
    return tuple(sorted(nodes, key=lambda node: node.at_ns))


def _top_level(frames: Iterable[Frame]) -> Iterator[Frame]:
    for frame in frames:
        if frame.function == "<module>":
            yield frame
        yield from _top_level(frame.children)


def _between(imports: Sequence[Node], work: Iterable[Node], module: Import) -> Iterator[Node]:
    """The sampled lines of a module in the gaps between its imports, which are exact and stay where they are."""
    taken = [(node.at_ns, node.until_ns) for node in imports]
    for node in sorted(work, key=lambda one: one.at_ns):
        middle_ns = (node.at_ns + node.until_ns) // 2
        left_ns = max((end for begin, end in taken if begin <= middle_ns), default=module.at_ns)
        right_ns = min((begin for begin, _ in taken if begin > middle_ns), default=module.at_ns + module.total_ns)
        begin_ns = max(node.at_ns, left_ns)
        total_ns = min(node.total_ns, right_ns - begin_ns)
        if total_ns > 0:
            taken.append((begin_ns, begin_ns + total_ns))
            yield replace(node, at_ns=begin_ns, until_ns=begin_ns + total_ns, total_ns=total_ns)


def lay(nodes: Iterable[Node], phase: Phase) -> Flame:
    """The nodes of a phase in their places, all of them within it."""
    lanes: list[Lane] = []
    bars = _bars(nodes, phase.at_ns, phase.at_ns + max(phase.wall_ns, 0), lanes)
    return Flame(bars, tuple(sorted(lanes, key=lambda lane: lane.begin_ns)))


def _bars(nodes: Iterable[Node], begin_ns: int, end_ns: int, lanes: list[Lane]) -> tuple[Bar, ...]:
    listed = sorted(nodes, key=lambda node: node.at_ns)
    sequence = _sequence([node for node in listed if node.task is None], end_ns - begin_ns)
    bars = []
    for node, begin, end in _places(sequence, begin_ns, end_ns):
        bars.append(Bar(node.item, begin, end, _bars(node.children, begin, end, lanes)))
    in_sequence = {id(node) for node in sequence}
    for group in _groups([node for node in listed if id(node) not in in_sequence]):
        _lay_lane(group, begin_ns, end_ns, lanes)
    return tuple(bars)


def _groups(nodes: Iterable[Node]) -> Iterator[list[Node]]:
    """The nodes of each task or thread, as far as they can have run one after another."""
    groups: dict[tuple[object, ...], list[Node]] = {}
    for node in nodes:
        groups.setdefault((node.lane, node.task) if node.lane else (id(node),), []).append(node)
    for group in groups.values():
        begin_ns, until_ns = min(node.at_ns for node in group), max(node.until_ns for node in group)
        sequence = _sequence(group, until_ns - begin_ns) if len(group) > 1 else group
        yield from [sequence] if sequence else []
        yield from ([node] for node in group if not any(node is one for one in sequence))


def _lay_lane(group: list[Node], begin_ns: int, end_ns: int, lanes: list[Lane]) -> None:
    """One more lane, before those that begin within it."""
    total_ns = sum(node.total_ns for node in group)
    first_ns = max(begin_ns, min(group[0].at_ns, end_ns - total_ns))
    last_ns = min(end_ns, max(first_ns + total_ns, *(node.until_ns for node in group)))
    inner: list[Lane] = []
    bars = tuple(
        Bar(node.item, begin, end, _bars(node.children, begin, end, inner))
        for node, begin, end in _places(group, first_ns, last_ns)
    )
    first = group[0]
    width = max(node.width for node in group)
    lanes += [Lane(first.task, width, first.in_thread, max(last_ns, bars[-1].end_ns), bars), *inner]


def _sequence(nodes: list[Node], room_ns: int) -> list[Node]:
    """Those that can have run one after another: all, or else the longest for which there is room."""
    total_ns, kept = 0, set()
    for node in sorted(nodes, key=lambda node: -node.total_ns):
        if total_ns + node.total_ns <= _SLACK * room_ns:
            total_ns += node.total_ns
            kept.add(id(node))
    return [node for node in nodes if id(node) in kept]


def _places(nodes: Sequence[Node], begin_ns: int, end_ns: int) -> Iterator[tuple[Node, int, int]]:
    room_ns = end_ns - begin_ns
    lengths = [node.total_ns for node in nodes]
    total_ns = sum(lengths)
    if total_ns > room_ns:
        lengths = [length * room_ns // total_ns for length in lengths]
    rest_ns, free_ns = sum(lengths), begin_ns
    for node, length in zip(nodes, lengths, strict=True):
        begin = min(max(node.at_ns, free_ns), end_ns - rest_ns)
        free_ns = begin + length
        rest_ns -= length
        yield node, begin, free_ns
