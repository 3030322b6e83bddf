"""What is shown of a target, computed once for text, HTML, Markdown and JUnit, so that they cannot disagree.

Strings are as they came: whoever writes them escapes them. Times are integer nanoseconds.
"""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from lifespan_cli.model import (
    SEVERITIES,
    WELL,
    Finding,
    PhaseName,
    Report,
    Target,
)
from lifespan_cli.model.result import DiagnosedReport, DiagnosedTarget
from lifespan_cli.output.conditions import notes, python_of
from lifespan_cli.output.findings import FindingView, findings_of
from lifespan_cli.output.phases import status_of, status_words, wall_ns
from lifespan_cli.output.production import in_production
from lifespan_cli.output.tables import LEAST_SHARE, UNTIL_READY, TableView, tables_of

Layout = Literal["failed", "slow", "fine"]
SLOW_NS = 1_000_000_000
"""An application that takes at least this long until it is ready is shown with a table of what took the time."""
SLOW_STARTUP_NS = 300_000_000
"""So is one whose startup alone takes at least this long: unlike the import, that is its own lines."""
TIMING = re.compile(r"LS2(0[1-8]|1[1-3])$")
SEQUENTIAL = "LS206"
OUTPUT_LINES = 10
KEPT_OUTPUT_LINES = 200
"""A run keeps no more of its output: then there may have been more like them."""
MATTERING: tuple[PhaseName, ...] = ("resolve", "request", "restart", "exit")
SHOWN: tuple[PhaseName, ...] = ("import", "startup", "shutdown")
"""Phases that are shown also where they were not reached, or took no time."""


class PhaseView(Struct, frozen=True):
    """How one phase went."""

    name: PhaseName
    status: str
    """As in the report, or `interrupted`; `skipped` for one that was not reached."""
    wall_ns: int
    cpu_ns: int | None = None

    @property
    def well(self) -> bool:
        """It came to its end, or there was nothing to do."""
        return self.status in WELL


class OutputLine(Struct, frozen=True):
    """A line of the application output, for all that are like it."""

    text: str
    """The last of them."""
    count: int
    """How many of those that are kept are like it."""
    exact: bool
    """They are equal; else they differ in numbers."""


class TargetView(Struct, frozen=True):
    """All that is shown of one target."""

    judged: DiagnosedTarget
    layout: Layout
    header: tuple[str, ...]
    """Target, framework, Python and event loop."""
    notes: tuple[str, ...]
    """What was not measured; that the machine was busy."""
    phases: tuple[PhaseView, ...]
    ready_ns: int | None
    """Import, factory and startup together; None where the application did not become ready."""
    tables: tuple[TableView, ...]
    findings: tuple[FindingView, ...]
    """The gravest first; where the target failed last, just above the verdict."""
    output: tuple[OutputLine, ...]
    """The end of the application output, where it went wrong."""
    production: str
    """What servers do that differs from not starting, or surprises; empty where nothing does."""
    saved_ns: int
    """What all independent awaits of its findings would save together, as an estimate; 0 for fewer than two."""
    cause: str
    """Why it failed, in one phrase; empty where it did not."""

    @property
    def target(self) -> Target:
        """The target itself."""
        return self.judged.target

    def phase(self, name: PhaseName) -> PhaseView | None:
        """The phase of that name, if it is shown."""
        return next((phase for phase in self.phases if phase.name == name), None)


class ReportView(Struct, frozen=True):
    """All that is shown of a report."""

    report: Report
    targets: tuple[TargetView, ...]


def view(result: DiagnosedReport, root: str = "", *, infos: bool = False) -> ReportView:
    """What to show of a report; paths are made relative to `root`. `infos`: notes that explain nothing, too."""
    return ReportView(result.report, tuple(target_view(one, root, infos=infos) for one in result.targets))


def target_view(judged: DiagnosedTarget, root: str = "", *, infos: bool = False) -> TargetView:
    """What to show of one target."""
    phases = tuple(_phases(judged))
    layout = _layout(judged, phases)
    found = tuple(findings_of(_ordered(judged.target, layout, infos), judged.target, root))
    return TargetView(
        judged=judged,
        layout=layout,
        header=_header(judged.target),
        notes=(*notes(judged.target), *(_busy(judged) if layout == "slow" else ())),
        phases=phases,
        ready_ns=_ready_ns(judged),
        tables=tuple(tables_of(judged)),
        findings=found,
        output=_output(judged) if layout == "failed" else (),
        production=in_production(judged.target) if layout == "failed" else "",
        saved_ns=_saved_ns(judged, found),
        cause=_cause(judged, phases, found) if judged.target.verdict == "failed" else "",
    )


def _ordered(target: Target, layout: Layout, infos: bool) -> list[Finding]:
    """The findings to show, so that the gravest stands on the last screen.

    Of mere notes those that say where time went, and all of them where there is nothing else.
    """
    grave = [finding for finding in target.findings if finding.severity != "info" or TIMING.match(finding.code)]
    shown = list(target.findings) if infos or (layout == "fine" and not grave) or not grave else grave
    ordered = sorted(shown, key=lambda finding: SEVERITIES.index(finding.severity))
    return ordered[::-1] if layout == "failed" else ordered


def hidden(view: TargetView) -> int:
    """The number of notes that are not shown."""
    return len(view.target.findings) - sum(one.count for one in view.findings)


def _header(target: Target) -> tuple[str, ...]:
    environment = target.environment
    reason = f" ({environment.executable_reason})" if environment.executable_reason else ""
    parts = [target.target, f"Python {python_of(environment)}{reason}", environment.backend]
    if environment.framework:
        parts.insert(1, f"{environment.framework.name} {environment.framework.version}".rstrip())
    return tuple(part for part in parts if part)


def _phases(judged: DiagnosedTarget) -> Iterator[PhaseView]:
    """Import, startup and shutdown; the others where they went wrong or took over 5 % of the whole."""
    run = judged.run
    whole_ns = sum(phase.wall_ns for phase in run.phases)
    for phase in run.phases:
        matters = phase.wall_ns > LEAST_SHARE * whole_ns and phase.name in MATTERING
        if phase.name in SHOWN or phase.status not in WELL or matters:
            median_ns = wall_ns(judged, phase.name)
            wall = phase.wall_ns if median_ns is None else median_ns
            yield PhaseView(phase.name, status_of(phase, run), wall, phase.cpu_ns)
    for name in SHOWN:
        if run.phase(name) is None:
            yield PhaseView(name, "skipped", 0)


def _layout(judged: DiagnosedTarget, phases: tuple[PhaseView, ...]) -> Layout:
    target = judged.target
    if any(not phase.well for phase in phases) or (target.verdict == "failed" and not target.came_up):
        return "failed"
    ready_ns = _ready_ns(judged) or 0
    timed = any(TIMING.match(finding.code) for finding in target.findings)
    long = ready_ns >= SLOW_NS or (wall_ns(judged, "startup") or 0) >= SLOW_STARTUP_NS
    return "slow" if long or timed else "fine"


def _ready_ns(judged: DiagnosedTarget) -> int | None:
    """The sum of the phases' times as they are shown: of several runs their medians."""
    if not judged.target.came_up and judged.target.lifespan != "unsupported":
        return None
    return sum(wall_ns(judged, name) or 0 for name in UNTIL_READY)


def _busy(judged: DiagnosedTarget) -> Iterator[str]:
    """That the machine was busy, by the phase that shows it most."""
    for phase in judged.diagnosis.busy[:1]:
        yield (
            f"the machine was busy ({phase.phase} used {phase.cpu_ns / 1e9:.2f} s of CPU "
            f"in {phase.wall_ns / 1e9:.2f} s); use --runs 5 for stable numbers"
        )


def _saved_ns(judged: DiagnosedTarget, found: tuple[FindingView, ...]) -> int:
    at = {(one.finding.path, one.finding.line) for one in found if one.finding.code == SEQUENTIAL}
    groups = [group for group in judged.diagnosis.sequential_awaits if (group.path, group.lines[0]) in at]
    return sum(group.saved_ns for group in groups) if len(groups) > 1 else 0


def _output(judged: DiagnosedTarget) -> tuple[OutputLine, ...]:
    """The end of the application's output; lines that are alike but for their numbers are one, the last of them."""
    found: dict[str, OutputLine] = {}
    for text in judged.run.output:
        key = re.sub(r"\d+", "0", text)
        before = found.pop(key, None)
        exact = before is None or (before.exact and before.text == text)
        found[key] = OutputLine(text, (before.count if before else 0) + 1, exact)
    return tuple(found.values())[-OUTPUT_LINES:]


SAID = ("LS001", "LS003", "LS004", "LS005", "LS007")
"""The rules whose sentence is the cause: what they name is not there, or is something else."""


def _cause(judged: DiagnosedTarget, phases: tuple[PhaseView, ...], found: tuple[FindingView, ...]) -> str:
    """`startup timed out at shop/main.py:16 (ConnectionRefusedError …)`; empty where counts say more."""
    bad = next((phase for phase in phases if not phase.well), None)
    grave = [one for one in found if one.finding.severity == "error"]
    if judged.run.interruption is not None:
        return "interrupted"
    if bad is None and len(grave) > 1:
        return f"{grave[0].headline} (and {len(grave) - 1} more)"
    if bad is None and not grave:
        return ""
    of_phase = [one for one in grave if bad is None or one.finding.phase == bad.name]
    first = next(iter([*reversed(of_phase), *grave]), None)
    if first is None:
        return f"{bad.name} {status_words(bad.status, verb=True)}" if bad else ""
    if bad is None or first.finding.code in SAID:
        return first.finding.message
    if not first.cause.exception:
        return _at(bad, first)
    return f"{_at(bad, first)} ({first.cause.exception})"


def _at(bad: PhaseView, first: FindingView) -> str:
    what = f"{bad.name} {status_words(bad.status, verb=True)}"
    return f"{what} at {first.cause.place}" if first.cause.place else what
