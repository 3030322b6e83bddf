"""Where a run's time went: its phases, their call trees, the imports."""

from typing import Literal

from msgspec import Struct

from lifespan_cli.model.types import Bytes, Count, Instant, Line, Nanoseconds, PhaseName, Status


class Frame(Struct, frozen=True):
    """A node of a phase's call tree: one line of one function, while it was executed or awaited."""

    function: str
    """The function's name."""
    path: str
    """The file."""
    line: Line
    """The line being executed or awaited."""
    total_ns: Nanoseconds
    """Wall time in ns for which the line was on the stack or awaited."""
    self_ns: Nanoseconds
    """Wall time in ns without that of the children."""
    waiting_ns: Nanoseconds
    """Wall time in ns of waiting."""
    cpu_ns: Nanoseconds
    """CPU time in ns."""
    task: str | None = None
    """The name of the task, where it is another than the lifespan's; null otherwise."""
    critical: bool = False
    """The node lies on the critical path, for most of its time or for a child's."""
    children: tuple["Frame", ...] = ()
    """What the line called."""
    at_ns: Instant = 0
    """When the line was first seen, in ns since the process was spawned."""
    until_ns: Instant = 0
    """When the line was last seen, in ns since the process was spawned."""
    width: Count = 0
    """The most tasks that were at this line at once, where a task begins here; 0 elsewhere."""
    user: bool = False
    """The line is of the user's own code."""
    source: str = ""
    """The line's text, for the user's own lines; empty elsewhere."""
    kind: Literal["waiting", "blocking", "computing"] = "waiting"
    """What most of its time was, with what it called, for the thread that it ran in."""
    lane: Count = 0
    """The identity, within the phase, of the task or thread that begins here, which may be at several lines in turn; 0
    elsewhere. What comes after one that has ended may have the same."""
    critical_ns: Nanoseconds = 0
    """Wall time in ns that the end of the phase had to wait for, with that of the children. What is left without these
    is the line's part of the phase."""
    delay_ns: Nanoseconds = 0
    """Time in ns in which the line was ready to run and waited for a processor; 0 when not known."""


class BlockLine(Struct, frozen=True):
    """A line that blocked the event loop in a stretch: the deepest of the user's code, else of a library's; None where
    the standard library alone ran."""

    function: str
    """The function that blocked."""
    path: str | None
    """The file; null where the standard library alone ran."""
    line: Line | None
    """The line; null where the standard library alone ran."""
    wall_ns: Nanoseconds
    """Wall time in ns of the stretch that went there."""
    cpu_ns: Nanoseconds
    """CPU time in ns of that."""
    called: str = ""
    """What was called there, where the innermost frame is not the user's; empty elsewhere."""
    source: str = ""
    """The line's text, where it is the user's; empty elsewhere."""


class Block(Struct, frozen=True):
    """A stretch in which one callback blocked the event loop.

    The place is the deepest line of the user's code where most of it went, else of a library's; None where the standard
    library alone ran.
    """

    at_ns: Nanoseconds
    """When it began, in ns since the process was spawned."""
    wall_ns: Nanoseconds
    """Wall time in ns."""
    function: str
    """The function that blocked."""
    path: str | None
    """The file; null where the standard library alone ran."""
    line: Line | None
    """The line; null where the standard library alone ran."""
    called: str = ""
    """What was called there, where the innermost frame is not the user's; empty elsewhere."""
    source: str = ""
    """The line's text, where it is the user's; empty elsewhere."""
    lines: tuple[BlockLine, ...] = ()
    """Every line that took at least 5 % or 5 ms of the stretch, the longest first."""
    delay_ns: Nanoseconds | None = None
    """For how many ns of the stretch the thread was ready to run and waited for a processor; null when not known."""


class Span(Struct, frozen=True):
    """The entering or leaving of an async context manager, measured exactly."""

    kind: Literal["enter", "exit"]
    """Whether the context manager was entered or left."""
    name: str
    """The qualified name of the function that made it."""
    path: str
    """The file of that function."""
    line: Line
    """Its first line."""
    at_ns: Instant
    """When it began, in ns since the process was spawned."""
    wall_ns: Nanoseconds
    """Wall time in ns, measured exactly."""


class Phase(Struct, frozen=True):
    """One phase of a run."""

    name: PhaseName
    """boot, preload and runtime are not charged to the application."""
    status: Status
    """How it ended. failed: the application said so; crashed: an exception; killed: a signal or os._exit."""
    at_ns: Nanoseconds
    """When it began, in ns since the process was spawned."""
    wall_ns: Nanoseconds
    """Wall time in ns."""
    cpu_ns: Nanoseconds | None
    """CPU time of the process in ns; null when not known."""
    rss_delta_bytes: Bytes | None
    """Growth of the resident memory in bytes; negative when it shrank."""
    frames: tuple[Frame, ...] = ()
    """Where the time went: the roots of a call tree."""
    blocks: tuple[Block, ...] = ()
    """Stretches in which the event loop was blocked."""
    spans: tuple[Span, ...] = ()
    """The async context managers that were entered and left."""
    sampling_interval_ns: Nanoseconds | None = None
    """Half of the time lay between two samples not further apart than this, in ns; null without two samples.

    The times of frames are that exact.
    """
    delay_ns: Nanoseconds | None = None
    """For how many ns the main thread was ready to run and waited for a processor; null when not known."""


class Import(Struct, frozen=True):
    """One executed import; `path` and `line` are the statement that caused it."""

    module: str
    """The module's name."""
    self_ns: Nanoseconds
    """Wall time in ns without the imports that it caused."""
    total_ns: Nanoseconds
    """Wall time in ns with them."""
    depth: Count
    """How many imports were under way around it."""
    parent: str | None
    """The module whose import caused it; null at the root."""
    path: str | None
    """The file of the statement that caused it."""
    line: Line | None
    """The line of that statement."""
    phase: PhaseName = "import"
    """The phase in which the import happened."""
    at_ns: Instant = 0
    """When it began, in ns since the process was spawned."""
    cpu_ns: Nanoseconds = 0
    """CPU time in ns of its thread, with that of the imports it caused."""
    self_cpu_ns: Nanoseconds = 0
    """CPU time in ns of the module's own code."""
    failed: bool = False
    """The import raised an exception."""
    user: bool = False
    """The module is the user's own."""
    file: str | None = None
    """The module's own file; null for a built-in one."""
    lazy: bool = False
    """It was imported lazily (PEP 810); path and line are its first use."""

    @property
    def name(self) -> str:
        """The module, and that it was imported lazily."""
        return f"{self.module} (lazy)" if self.lazy else self.module


class Compilations(Struct, frozen=True):
    """Modules for which there was no valid bytecode, and what compiling them cost."""

    count: Count
    """How many modules were compiled from source."""
    wall_ns: Nanoseconds
    """What compiling them took, in ns."""
    reason: str
    """Why there was no bytecode, as far as can be seen."""
    paths: tuple[str, ...]
    """The five source files that took longest."""
