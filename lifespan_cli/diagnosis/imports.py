"""What the user's code imports, and what each of it costs; and what the user's own modules do besides importing."""

from collections.abc import Iterator
from dataclasses import dataclass

from lifespan_cli.report import Frame, Import, PhaseName, Run


@dataclass(frozen=True, slots=True)
class ImportCost:
    """One line of the ranking: a library imported by a line of the user's, with all that it imports; or one of the
    user's modules, with its own code alone. All these lines together are what the phase spent importing.
    """

    module: str
    wall_ns: int
    cpu_ns: int
    modules: int
    """How many modules it loaded."""
    user: bool
    path: str | None
    """The statement that asked for it."""
    line: int | None


@dataclass(frozen=True, slots=True)
class ImportNode:
    """An import with those it caused, the dearest first."""

    entry: Import
    children: tuple["ImportNode", ...]

    @property
    def modules(self) -> int:
        """How many modules it loaded, itself included."""
        return 1 + sum(child.modules for child in self.children)


def import_tree(run: Run, phase: PhaseName) -> tuple[ImportNode, ...]:
    """The imports of a phase as a tree by cost."""
    return _nodes([entry for entry in run.imports if entry.phase == phase], 0)


def _nodes(entries: list[Import], depth: int) -> tuple[ImportNode, ...]:
    """The entries come in the order in which imports began, so that each is followed by those it caused."""
    starts = [index for index, entry in enumerate(entries) if entry.depth <= depth]
    nodes = [
        ImportNode(entries[start], _nodes(entries[start + 1 : end], entries[start].depth + 1))
        for start, end in zip(starts, [*starts[1:], len(entries)], strict=True)
    ]
    return tuple(sorted(nodes, key=lambda node: -node.entry.total_ns))


def import_costs(run: Run, phase: PhaseName) -> tuple[ImportCost, ...]:
    """The ranking of a phase's imports, the dearest first."""
    found = [cost for node in import_tree(run, phase) for cost in _costs(node)]
    return tuple(sorted(found, key=lambda cost: -cost.wall_ns))


def _costs(node: ImportNode) -> Iterator[ImportCost]:
    entry = node.entry
    if not entry.user and not any(_has_user(child) for child in node.children):
        yield ImportCost(entry.module, entry.total_ns, entry.cpu_ns, node.modules, False, entry.path, entry.line)
        return
    yield ImportCost(entry.module, entry.self_ns, entry.self_cpu_ns, 1, entry.user, entry.path, entry.line)
    for child in node.children:
        yield from _costs(child)


def _has_user(node: ImportNode) -> bool:
    """A library may import the user's modules: plugins, settings modules."""
    return node.entry.user or any(_has_user(child) for child in node.children)


def module_work(run: Run, entry: Import) -> tuple[int, int] | None:
    """The line of a module's top-level code, besides its imports, that took longest, and for how long as sampled."""
    phase = run.phase(entry.phase)
    asked = {(other.path, other.line) for other in run.imports}
    spent: dict[int, int] = {}
    for frame in _top_level(phase.frames if phase else (), entry.file):
        if (frame.path, frame.line) not in asked:
            spent[frame.line] = spent.get(frame.line, 0) + frame.total_ns
    if not spent:
        return None
    line = max(spent, key=lambda one: spent[one])
    return line, spent[line]


def _top_level(frames: tuple[Frame, ...], file: str | None) -> Iterator[Frame]:
    for frame in frames:
        if frame.path == file and frame.function == "<module>":
            yield frame
        yield from _top_level(frame.children, file)
