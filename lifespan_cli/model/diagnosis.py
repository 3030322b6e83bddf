"""Where the time of a target went and why: computed once by `analysis`, read by rules and outputs, never by the report.

Only `HotLine` is a part of the JSON contract.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from lifespan_cli.model.failure import Call
from lifespan_cli.model.phase import Block, BlockLine, Import
from lifespan_cli.model.types import Count, Instant, Kind, Line, Nanoseconds, PhaseName


class HotLine(Struct, frozen=True):
    """A row of the table of what took the time: a line, an import or a garbage collection, with time of its own."""

    phase: PhaseName
    """The phase in which it took the time."""
    path: str | None
    """The file; of an import, that of the statement that asked for it; null where there is none."""
    line: Line | None
    """The line; null where there is none."""
    function: str
    """The function that the line is in; empty for an import."""
    what: str
    """The text of the line, the name of the module, or what else it is."""
    kind: Kind
    """waiting: the event loop was idle; blocking: the loop's thread waited; computing; in_thread: a worker thread did
    it; import; gc: garbage collection."""
    wall_ns: Nanoseconds
    """Wall time in ns of its own: without that of other rows."""
    cpu_ns: Nanoseconds
    """CPU time in ns of its own."""
    parallel: Count = 1
    """How many tasks ran in parallel, this one among them; 1 when it was alone."""
    critical: bool = True
    """The end of the phase had to wait for it."""
    user: bool = True
    """The line, or the module, is of the application's own code."""
    called: str = ""
    """What the line calls, where that took the time; empty where it does the work itself."""
    callers: tuple[Call, ...] = ()
    """The application's lines that led there, innermost first, without those that lead to everything."""
    at_ns: Instant = 0
    """When it was first seen, in ns since the process was spawned."""
    until_ns: Instant = 0
    """When it was last seen, in ns since the process was spawned."""
    modules: Count = 0
    """How many modules an import loaded; 0 for a line."""
    lazy: bool = False
    """The module was imported lazily; path and line are its first use."""


class ImportCost(Struct, frozen=True):
    """One line of the ranking of a phase's imports: a library imported by a line of the application's, with all that it
    imports; or one of the application's modules, with its own code alone; or the garbage collector, which loads none.
    All these lines together are what the phase spent importing.
    """

    module: str
    """Its name; of the garbage collector, which generation it collected."""
    wall_ns: int
    cpu_ns: int
    modules: int
    """How many modules it loaded: those that were, each once in the phase, however often it was tried."""
    user: bool
    path: str | None
    """The statement that asked for it, or the first use of a lazy import."""
    line: int | None
    lazy: bool = False
    file: str | None = None
    """The file of one of the application's modules."""
    waits: bool = False
    """It waits for most of its time, and is not only slowed down by a busy machine."""
    alone_ns: int = 0
    """What it would have taken on a machine with nothing else to do."""
    lines: tuple["TopLevelLine", ...] = ()
    """The top-level lines of one of the application's modules besides its imports, as sampled, the slowest first."""

    @property
    def name(self) -> str:
        """The module, and that it was imported lazily."""
        return f"{self.module} (lazy)" if self.lazy else self.module


class TopLevelLine(Struct, frozen=True):
    """A line of a module's top-level code besides its imports, as sampled."""

    line: int
    source: str
    wall_ns: int
    cpu_ns: int
    delay_ns: int = 0
    """For how long it waited for a processor, as far as is known."""
    kind: Literal["waiting", "blocking", "computing"] = "computing"
    called: str = ""
    """The function that it called, where that took the time; empty where it does the work itself."""
    at_ns: int = 0
    until_ns: int = 0


class ModuleWork(Struct, frozen=True):
    """What the top-level code of one of the application's modules did besides importing, as sampled."""

    module: str
    phase: PhaseName
    file: str | None
    wall_ns: int
    cpu_ns: int
    alone_ns: int
    """What it would have taken on a machine with nothing else to do."""
    kind: Literal["waiting", "blocking", "computing"]
    longest: TopLevelLine


class ImportNode(Struct, frozen=True):
    """An import with those it caused, the slowest first."""

    entry: Import
    children: tuple["ImportNode", ...]
    counts: bool = True
    """It loaded the module, and none before it in the phase did."""

    @property
    def modules(self) -> int:
        """How many modules it loaded, itself included; not those that failed, nor those loaded once more."""
        return int(self.counts) + sum(child.modules for child in self.children)


ImportTrees = Mapping[PhaseName, tuple[ImportNode, ...]]
"""The imports of a run, nested, by phase."""


class Offload(Struct, frozen=True):
    """A line of a coroutine, and the call there that can run in a thread instead, as its source has it."""

    path: str
    line: int
    function: str = ""
    """The function that is called; empty where the source does not tell which call it is."""
    arguments: str = ""
    keywords: bool = False
    """Some of the arguments are named."""
    sleeps: bool = False
    """It is `time.sleep`, in whose place a coroutine awaits the event loop's own."""


class BlockingLine(Struct, frozen=True):
    """A line that blocked the event loop, and what can be done about it."""

    line: BlockLine
    kind: Literal["blocking", "computing", "unknown"]
    imported: Import | None
    """The import whose statement the line is."""
    handler: str
    """The plain function through which a framework came to the line; empty where it did not."""
    offload: Offload | None
    """The call of the application's innermost coroutine that led to the line; None where none did."""


class LoopBlock(Struct, frozen=True):
    """A stretch in which the event loop was blocked, with every line that blocked it, the longest first."""

    phase: PhaseName
    block: Block
    alone_ns: int
    """What it would have taken on a machine with nothing else to do."""
    imported: Import | None
    """The import that the stretch mostly was."""
    lines: tuple[BlockingLine, ...]


class SequentialAwaits(Struct, frozen=True):
    """Statements that could run concurrently; `saved_ns` is an estimate: all but the longest of them."""

    phase: PhaseName
    function: str
    path: str
    lines: tuple[int, ...]
    saved_ns: int


class Contention(Struct, frozen=True):
    """How much of the processor the application got, by what it waited for one, or by what surely computes."""

    share: float = 1.0
    """The share of their time that things which do not wait could compute; 1 where too little is known."""


class BusyPhase(Struct, frozen=True):
    """A phase in which the machine had more to do than it could: its times say more of that than of the application."""

    phase: PhaseName
    wall_ns: int
    cpu_ns: int


class Outlier(Struct, frozen=True):
    """A phase of one run, counted from 1, that took much longer than in the others."""

    phase: PhaseName
    run: int
    wall_ns: int


class Growth(Struct, frozen=True):
    """An import or a line of the application's that takes longer than it did, or is new; by how much."""

    label: str
    path: str | None
    line: int | None
    grown_ns: int


class Regression(Struct, frozen=True):
    """A phase that became slower, by the medians of both sides, and what in it grew most."""

    phase: PhaseName
    before_ns: int
    after_ns: int
    causes: tuple[Growth, ...]


class Diagnosis(Struct, frozen=True):
    """All that is known of where a target's time went."""

    representative: int
    """The index of the run to show in detail."""
    contention: Contention
    busy: tuple[BusyPhase, ...]
    """The phases in which the machine was busy, those that lost most time first; empty on a quiet one."""
    hot_lines: tuple[HotLine, ...]
    """What the ends of the phases had to wait for, in the order of phases and time; then what ran in parallel."""
    import_costs: Mapping[PhaseName, tuple[ImportCost, ...]]
    """The ranking of each phase's imports."""
    avoidable_imports: tuple[ImportCost, ...]
    """The libraries that a line of the application's asks for, but those that every such application loads."""
    import_trees: tuple[ImportTrees, ...]
    """The imports of every run, nested."""
    module_work: tuple[ModuleWork, ...]
    blocks: tuple[LoopBlock, ...]
    """Those that a phase did not end in."""
    sequential_awaits: tuple[SequentialAwaits, ...]
    outliers: tuple[Outlier, ...]

    def lines(self, phase: PhaseName) -> tuple[HotLine, ...]:
        """What the end of that phase had to wait for, in the order of time."""
        return tuple(line for line in self.hot_lines if line.phase == phase and line.critical)

    def parallel_lines(self, phase: PhaseName) -> tuple[HotLine, ...]:
        """What ran in that phase and delayed nothing, in the order of time."""
        return tuple(line for line in self.hot_lines if line.phase == phase and not line.critical)
