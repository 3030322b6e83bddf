"""What went wrong: exceptions, timeouts, sudden ends, where everything was then, and what was left after shutdown."""

from typing import Literal

from msgspec import Struct

from lifespan_cli.model.types import LeftoverKind, Line, Nanoseconds, PhaseName, Status


class Call(Struct, frozen=True):
    """One line of a stack, outermost first in every list of these."""

    function: str
    """The function's qualified name."""
    path: str
    """The file; <…> for code without one."""
    line: Line
    """The line; 0 when not known."""


LAST_SEEN = "last seen"
"""The name of the stack that tells where the main thread was at the last sample before the process ended."""


class Stack(Struct, frozen=True):
    """Where something was at one moment: what a task awaits (`kind` "task"), or what a thread executes ("thread")."""

    kind: Literal["task", "thread"]
    """task: what a task awaits; thread: what a thread executes."""
    name: str
    """The name of the task or thread."""
    calls: tuple[Call, ...]
    """The calls, outermost first."""


class Failure(Struct, frozen=True):
    """An exception that ended a phase, or the way in which the process was ended.

    `path` and `line` name the deepest line of the user's own code, where there is one.
    """

    phase: PhaseName
    """The phase that it ended."""
    type: str
    """The exception's type."""
    message: str
    """The exception's text."""
    traceback: str
    """The traceback; empty when there is none."""
    path: str | None = None
    """The file of the deepest line of the user's own code; null when there is none."""
    line: Line | None = None
    """That line."""
    missing_module: str | None = None
    """The name of the module that was not found, for a ModuleNotFoundError."""
    from_probe: bool = False
    """A server's `send` raises this exception for a message out of order; it is not the application's own."""
    kind: Literal["exception", "exit", "signal", "timeout", "lost"] = "exception"
    """exit: SystemExit, or no exception at all; signal: killed by one that the tool did not send; timeout: a phase
    exceeded its limit; lost: the loop or the wire was closed."""
    stacks: tuple[Stack, ...] = ()
    """On a timeout: where the lifespan task and every thread were."""


class Leftover(Struct, frozen=True):
    """Something still there after shutdown."""

    kind: LeftoverKind
    """What it is."""
    name: str
    """What it calls itself."""
    detail: str
    """More about it."""
    path: str | None
    """The file where it was made; null when not known."""
    line: Line | None
    """The line where it was made; null when not known."""


class Signal(Struct, frozen=True):
    """A signal that makes a server shut down, and that came while the application started or was up."""

    name: str
    """SIGINT or SIGTERM."""
    phase: PhaseName
    """The phase in which it came."""
    path: str | None
    """The file of the application's line that it interrupted: in the main thread the one that sent it; null if none."""
    line: Line | None
    """That line."""


class Interruption(Struct, frozen=True):
    """Where the application was when the user, or the system, stopped the check.

    `phase` is None between two phases; the stack that says what the time went into comes first.
    """

    phase: PhaseName | None
    """The phase that was cut, whose status is killed; null between two phases."""
    stacks: tuple[Stack, ...] = ()
    """What the task awaited, and what each thread executed, the one that the time went into first."""


class Restart(Struct, frozen=True):
    """The application's second life in the same process."""

    startup: Status
    """How the second startup went."""
    shutdown: Status
    """How the second shutdown went."""
    message: str | None
    """What the application said of its failure; null when it said nothing."""
    failure: Failure | None
    """The exception that came out of the application; null when none did."""
    wall_ns: Nanoseconds
    """What both together took, in ns."""


class Answer(Struct, frozen=True):
    """What the application answered to a GET of a path, sent between startup and shutdown."""

    path: str
    """The path that was asked for."""
    status: int | None
    """The status of the response; null where there was none."""
    complete: bool
    """The response came to its end."""
    wall_ns: Nanoseconds
    """What the first answer took, in ns."""
    again_ns: Nanoseconds | None
    """What the second took, in ns; null where it was not asked for, or did not come to its end."""
    failure: Failure | None
    """The exception that came out of the application instead; null when none did."""
