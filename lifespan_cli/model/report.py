"""The report: the JSON contract, schema_version 2.

Times are integer nanoseconds, sizes integer bytes; `None` means "not known", never zero. Keys may be added within a
schema_version, never removed or given another meaning.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from lifespan_cli.model.diagnosis import HotLine
from lifespan_cli.model.run import UNTIL_UP, Run
from lifespan_cli.model.types import (
    ExitCode,
    FailOn,
    Kind,
    Lifespan,
    Line,
    Nanoseconds,
    Number,
    Outcome,
    PhaseName,
    Severity,
    Verdict,
)

SCHEMA_VERSION: Final = 2


class Framework(Struct, frozen=True):
    """The framework of the target, recognised by the type of the application and by what is imported."""

    name: str
    """Its name."""
    version: str
    """Its version."""


class Environment(Struct, frozen=True):
    """Where the target ran. `executable_reason` says why that interpreter was taken."""

    python: str
    """The version of the target's Python."""
    executable: str
    """The path of the target's interpreter."""
    platform: str
    """The platform, as sys.platform has it."""
    backend: str
    """The event loop that drove the application: asyncio, uvloop or trio."""
    framework: Framework | None
    """The framework of the target; null when none was recognised."""
    packages: Mapping[str, str]
    """Versions of imported packages by name."""
    executable_reason: str = ""
    """Why that interpreter was taken."""
    machine: str = ""
    """What times depend on: processor, architecture, number of cores that may be used."""
    free_threaded: bool = False
    """The target's Python is a free-threaded build."""
    newest_tested: str = ""
    """The newest Python that this version of lifespan-check is tested with, `3.15` say."""


class Statistics(Struct, frozen=True):
    """One phase over all runs of a target that came to it."""

    runs: Annotated[int, Meta(ge=1, le=10**6)]
    """How many runs."""
    min_ns: Nanoseconds
    """The shortest, in ns."""
    median_ns: Nanoseconds
    """The median in ns."""
    mean_ns: Nanoseconds
    """The mean in ns, rounded."""
    max_ns: Nanoseconds
    """The longest, in ns."""
    stddev_ns: Nanoseconds
    """The standard deviation in ns; 0 for one run."""


class SourceLine(Struct, frozen=True):
    """A line of a source file."""

    line: Line
    """Its number, from 1."""
    text: str
    """Its text, with its indentation."""


class FindingLine(Struct, frozen=True):
    """One of several lines that a finding is about."""

    path: str | None
    """The file; null when there is none."""
    line: Line | None
    """The line; null when there is none."""
    text: str
    """The line's text, or what else ran there."""
    wall_ns: Nanoseconds
    """Its own wall time in ns."""
    function: str = ""
    """The function that the line is in."""
    kind: Kind | None = None
    """What most of that time was; null when not known."""


class Finding(Struct, frozen=True):
    """One thing that a rule found."""

    code: Annotated[str, Meta(pattern=r"^LS[0-9]{3}$(?!\n)")]
    """The rule's code: LS and three digits."""
    slug: str
    """The rule's name."""
    severity: Severity
    """How grave it is."""
    message: str
    """What was found."""
    phase: PhaseName | None
    """The phase in which it showed; null when it is of none."""
    path: str | None
    """The file that it is about; null when there is none."""
    line: Line | None
    """The line; null when there is none."""
    hint: str
    """What to do about it; may be empty."""
    source: tuple[SourceLine, ...] = ()
    """The line, the last of these, with those before it, as they were when the run ended; empty where there are none.
    """
    lines: tuple[FindingLine, ...] = ()
    """Every line that it is about, where each has a time of its own, the longest first; empty elsewhere."""


class ServerOutcome(Struct, frozen=True):
    """What one server, in one mode, would make of the target."""

    server: str
    """The server's name."""
    mode: str
    """Its lifespan mode."""
    version: str
    """The version that the statement was verified with."""
    outcome: Outcome
    """What a user would see; depends: this run does not show it, and the statement names what it depends on."""
    says: str
    """What the server prints about it."""
    exit_code: Number | None
    """The server's exit code; null when it goes on."""
    statement: str = ""
    """What it does, in words that go on from its name."""


class Target(Struct, frozen=True):
    """Everything about one target. `why` says how it was found when it was not named in full."""

    target: str
    """The target, as module:attribute or as it was named."""
    verdict: Verdict
    """failed when a finding is at least as grave as --fail-on asks for."""
    lifespan: Lifespan
    """supported: a startup outcome was sent; unsupported: the lifespan scope was refused; unknown: anything else."""
    environment: Environment
    """Where the target ran."""
    runs: Annotated[tuple[Run, ...], Meta(min_length=1)]
    """The runs, each in a fresh process."""
    statistics: Mapping[PhaseName, Statistics]
    """For each phase by its name, the wall time over all runs that came to it."""
    findings: tuple[Finding, ...]
    """What the rules found."""
    servers: tuple[ServerOutcome, ...] = ()
    """What servers would make of the target."""
    why: str = ""
    """How the target was found when it was not named in full; empty otherwise."""
    judged_by: tuple[str, ...] = ()
    """The codes of the rules that were applied to all that they judge, in their order.

    Those without a finding found nothing wrong. Not among them are those of which something was not measured.
    """
    fail_on: FailOn = "error"
    """The least severe finding that makes the target fail."""
    hot_lines: tuple[HotLine, ...] = ()
    """What the representative run took its time for, as far as the ends of its phases had to wait for it."""

    @property
    def came_up(self) -> bool:
        """Whether there is a run that came to the end of its startup."""
        return any(run.phase("startup") and run.ended_well(UNTIL_UP) for run in self.runs)


class Report(Struct, frozen=True):
    """The whole result; `exit_code` is the process's."""

    schema_version: Literal[2]
    """The version of this contract."""
    tool_version: str
    """The version of lifespan-check that wrote the report."""
    verdict: Verdict
    """failed when any target failed."""
    exit_code: ExitCode
    """The exit code of the process: 0 passed, 1 findings, 2 usage or configuration, 3 internal error, 130 interrupted,
    143 terminated."""
    targets: tuple[Target, ...]
    """The targets in the order in which they were checked."""
    interrupted: bool = False
    """The check was interrupted, so that the report is not complete."""
    errors: tuple[str, ...] = ()
    """Of several targets, those that could not be checked, with the reason."""
    created: str = ""
    """When the report was made, date and time in UTC as ISO 8601, `2026-11-28T12:49:05Z`; empty when not known."""
