"""The section of one target: its verdict in a sentence, its times, its findings, its chart, its tables."""

from collections.abc import Iterator

from msgspec import Struct

from lifespan_cli.model import WELL, Message, PhaseName, Target
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.html.chart import Chart, chart
from lifespan_cli.output.html.findings import Card, cards
from lifespan_cli.output.html.tables import UNTIL_READY, Chain, PhaseRow, Table, chain, phase_rows, tables
from lifespan_cli.output.html.words import place
from lifespan_cli.output.notes import notes, python_of
from lifespan_cli.output.timeline import NOT_THE_APPS
from lifespan_cli.output.units import duration
from lifespan_cli.output.verdicts import went
from lifespan_cli.output.whereabouts import relative

MOST_RUNS = 20
"""Runs beyond these are in the statistics only."""
SUMMARY: tuple[PhaseName, ...] = ("import", "startup", "shutdown")
_SAMPLED: tuple[PhaseName, ...] = ("resolve", "startup", "shutdown", "exit")
_LEAST_TOLD_NS = 1_000_000
"""A shorter phase is too short for its samples to say which line was the longest."""
_MESSAGES = 100
_PACKAGES = 200
_OUTPUT_LINES = 200


class Tile(Struct, frozen=True):
    """A time that people ask for, with what took longest in it."""

    name: str
    wall_ns: int
    bad: bool = False
    longest_ns: int = 0
    longest: str = ""


class OtherRun(Struct, frozen=True):
    """A run that is not the one shown in detail."""

    head: str
    drawn: Chart | None
    phases: list[PhaseRow]


class Section(Struct, frozen=True):
    """All that is shown of one target."""

    number: int
    judged: DiagnosedTarget
    identity: str
    notes: list[str]
    tiles: list[Tile]
    cards: list[Card]
    which: str
    """Which of several runs is shown in detail."""
    drawn: Chart | None
    tables: list[Table]
    chains: list[Chain]
    phases: list[PhaseRow]
    others: list[OtherRun]
    more_runs: int
    """How many runs are in the statistics only."""
    output: tuple[str, ...]
    facts: list[tuple[str, str]]
    compiled: str
    messages: tuple[Message, ...]

    @property
    def target(self) -> Target:
        """The target itself."""
        return self.judged.target

    @property
    def failed(self) -> bool:
        """The run that is shown did not end well."""
        return not self.judged.run.ended_well()

    @property
    def linked(self) -> set[str]:
        """The identifiers of the bars that findings lead to."""
        return {card.bar for card in self.cards}


def section(judged: DiagnosedTarget, number: int, budget: int, most: int, style: Style) -> Section:
    """Everything about one target. `budget` is about how many bars each of its charts may have, `most` how many rows
    each table.
    """
    target, run, chosen = judged.target, judged.run, judged.diagnosis.representative
    trees = judged.diagnosis.import_trees
    drawn = chart(run, trees[chosen], f"chart-{number}", f"timeline of {target.target}", budget, style)
    found = list(tables(judged, most, style))
    chains = [
        chain(judged.diagnosis, phase, style)
        for phase in run.phases
        if phase.name in _SAMPLED and phase.status != "skipped"
    ]
    return Section(
        number=number,
        judged=judged,
        identity=_identity(target),
        notes=notes(target),
        tiles=list(_tiles(judged)),
        cards=cards(target, drawn, style),
        which=_which(judged),
        drawn=drawn,
        tables=found,
        chains=[one for one in chains if one is not None],
        phases=phase_rows(run),
        others=list(_other_runs(judged, number, budget, style)),
        more_runs=max(len(target.runs) - MOST_RUNS, 0),
        output=run.output[-_OUTPUT_LINES:],
        facts=_facts(target, style),
        compiled=_compiled(target, style),
        messages=run.messages[:_MESSAGES],
    )


def wall_ns(judged: DiagnosedTarget, name: PhaseName) -> int | None:
    """The time of a phase: the median of several runs, else that of the run; None where it was not come to."""
    target = judged.target
    if len(target.runs) > 1 and name in target.statistics:
        return target.statistics[name].median_ns
    phase = judged.run.phase(name)
    return None if phase is None or phase.status == "skipped" else phase.wall_ns


def _which(judged: DiagnosedTarget) -> str:
    runs, run = len(judged.target.runs), judged.run
    if runs < 2:
        return ""
    why = "the median one" if run.ended_well() else "the first that went wrong"
    return f"run {judged.diagnosis.representative + 1} of {runs}, {'interrupted' if run.interruption else why}"


def _identity(target: Target) -> str:
    """`FastAPI 0.165.0, asyncio, Python 3.11.7, linux`."""
    environment = target.environment
    framework = environment.framework
    kind = f"{framework.name} {framework.version}".rstrip() if framework else ""
    lifespan = {"supported": "", "unsupported": "has no lifespan", "unknown": "lifespan outcome unknown"}
    python = f"Python {python_of(environment)}"
    parts = (kind, lifespan[target.lifespan], python, environment.backend, environment.machine or environment.platform)
    return " \N{MIDDLE DOT} ".join(filter(None, parts))


def _tiles(judged: DiagnosedTarget) -> Iterator[Tile]:
    """Ready, where the application became so, then the phases."""
    parts = [wall_ns(judged, name) for name in UNTIL_READY]
    if judged.target.came_up and len([ns for ns in parts if ns]) > 1:
        yield Tile("ready", sum(ns or 0 for ns in parts))
    for name in SUMMARY:
        ns, phase = wall_ns(judged, name), judged.run.phase(name)
        if ns is not None and phase is not None:
            how = "" if phase.status == "ok" else f" {went(phase, judged.run)}"
            lines = judged.diagnosis.lines(name) if ns >= _LEAST_TOLD_NS else ()
            longest = max(lines, key=lambda line: line.wall_ns, default=None)
            told = (longest.wall_ns, longest.what) if longest is not None else (0, "")
            yield Tile(name + how, ns, phase.status not in WELL, *told)


def _other_runs(judged: DiagnosedTarget, number: int, budget: int, style: Style) -> Iterator[OtherRun]:
    target = judged.target
    for index, run in enumerate(target.runs[:MOST_RUNS]):
        if index != judged.diagnosis.representative:
            total_ns = sum(phase.wall_ns for phase in run.phases if phase.name not in NOT_THE_APPS)
            bad = [f"{phase.name} {went(phase, run)}" for phase in run.phases if phase.status not in WELL]
            head = ", ".join([f"run {index + 1}, {duration(total_ns)}", *bad])
            name, label = f"chart-{number}-{index + 1}", f"timeline of {target.target}, run {index + 1}"
            drawn = chart(run, judged.diagnosis.import_trees[index], name, label, budget, style)
            yield OtherRun(head, drawn, phase_rows(run))


def _facts(target: Target, style: Style) -> list[tuple[str, str]]:
    environment = target.environment
    application = next((run.application for run in target.runs if run.application), None)
    reason = f" ({environment.executable_reason})" if environment.executable_reason else ""
    packages = list(environment.packages.items())
    rows = [
        ("target", f"{target.target} ({target.why})" if target.why else target.target),
        ("application", f"{application.attribute or application.name}, {application.type}" if application else ""),
        ("defined at", place(application.path, application.line, style) if application else ""),
        ("python", f"{relative(environment.executable, style.root)}{reason}"),
        ("machine", ", ".join(filter(None, (environment.machine, environment.platform)))),
        ("packages", ", ".join(f"{name} {version}".rstrip() for name, version in packages[:_PACKAGES])),
    ]
    return [(name, value) for name, value in rows if value]


def _compiled(target: Target, style: Style) -> str:
    found = next((run.compilations for run in target.runs if run.compilations), None)
    if found is None or not found.count:
        return ""
    modules = "1 module" if found.count == 1 else f"{found.count} modules"
    paths = ", ".join(place(path, None, style) for path in found.paths)
    return f"{modules} compiled from source in {duration(found.wall_ns)} ({found.reason}), longest: {paths}"
