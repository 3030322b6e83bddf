"""The section of one target: its verdict in a sentence, its times, its findings, its chart, its tables."""

from collections.abc import Iterator

from msgspec import Struct

from lifespan_cli.model import WELL, Answer, Message, PhaseName, Target
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.html.chart import Chart, chart
from lifespan_cli.output.html.findings import Card, cards, stack_lines
from lifespan_cli.output.html.tables import Chain, PhaseRow, Table, chain, phase_rows, tables
from lifespan_cli.output.html.words import ended, place
from lifespan_cli.output.locations import looks_foreign, relative
from lifespan_cli.output.phases import NOT_CHARGED, status_words
from lifespan_cli.output.text.verdict import counts
from lifespan_cli.output.units import duration
from lifespan_cli.output.view import SHOWN, TargetView

MOST_RUNS = 20
"""Runs beyond these are in the statistics only."""
_SAMPLED: tuple[PhaseName, ...] = ("resolve", "startup", "shutdown", "exit")
_LEAST_TOLD_NS = 10_000_000
"""A shorter phase is too short for its samples to say which line was the longest."""
_MESSAGES = 100
_PACKAGES = 200
_OUTPUT_LINES = 200
_LARGEST_GOOD = 399
"""A larger status of a response is that of an error."""


class Tile(Struct, frozen=True):
    """A time that people ask for, with what took longest in it."""

    name: str
    wall_ns: int
    bad: bool = False
    longest_ns: int = 0
    longest: str = ""


class Request(Struct, frozen=True):
    """A request between startup and shutdown, and how it was answered."""

    path: str
    how: str
    bad: bool
    wall_ns: int
    again_ns: int | None


class OtherRun(Struct, frozen=True):
    """A run that is not the one shown in detail."""

    head: str
    drawn: Chart | None
    phases: list[PhaseRow]


class Section(Struct, frozen=True):
    """All that is shown of one target."""

    number: int
    view: TargetView
    identity: str
    verdict: str
    """Why it failed, where that is one thing; else how much was found."""
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
    requests: list[Request]
    interrupted: str
    """Where everything was when the check was interrupted, a line for each call; empty where it was not."""
    outliers: str
    """The phases of other runs that took much longer; empty where none did."""

    @property
    def target(self) -> Target:
        """The target itself."""
        return self.view.target

    @property
    def failed(self) -> bool:
        """Something went wrong, so that the application's output matters."""
        return self.view.layout == "failed"

    @property
    def linked(self) -> set[str]:
        """The identifiers of the bars that findings lead to."""
        return {card.bar for card in self.cards}


def section(view: TargetView, number: int, budget: int, most: int, style: Style) -> Section:
    """Everything about one target. `budget` is about how many bars each of its charts may have, `most` how many rows
    each table.
    """
    target, judged = view.target, view.judged
    run, chosen = judged.run, judged.diagnosis.representative
    trees = judged.diagnosis.import_trees
    drawn = chart(run, trees[chosen], f"chart-{number}", f"timeline of {target.target}", budget, style)
    chains = [
        chain(judged.diagnosis, phase, style)
        for phase in run.phases
        if phase.name in _SAMPLED and phase.status != "skipped"
    ]
    return Section(
        number=number,
        view=view,
        identity=_identity(view),
        verdict=_verdict(view, style),
        tiles=list(_tiles(view)),
        cards=cards(view.findings, drawn, style),
        which=_which(judged),
        drawn=drawn,
        tables=list(tables(view, most, style)),
        chains=[one for one in chains if one is not None],
        phases=phase_rows(run),
        others=list(_other_runs(judged, number, budget, style)),
        more_runs=max(len(target.runs) - MOST_RUNS, 0),
        output=run.output[-_OUTPUT_LINES:],
        facts=_facts(target, style),
        compiled=_compiled(target, style),
        messages=run.messages[:_MESSAGES],
        requests=[_request(answer) for answer in run.answers],
        interrupted="" if run.interruption is None else stack_lines(run.interruption.stacks, looks_foreign, style),
        outliers="; ".join(
            f"{one.phase} in run {one.run}, {duration(one.wall_ns)}" for one in judged.diagnosis.outliers
        ),
    )


def _request(answer: Answer) -> Request:
    good = answer.failure is None and answer.complete and (answer.status or 0) <= _LARGEST_GOOD
    how = str(answer.status) if answer.complete else "no complete response"
    if answer.failure is not None:
        how = f"raised {answer.failure.type}"
    return Request(answer.path, how, not good, answer.wall_ns, answer.again_ns)


def _verdict(view: TargetView, style: Style) -> str:
    """`startup timed out at shop/main.py:16`, or what was found: `1 error, 2 warnings`."""
    return view.cause or counts(view, style) or "no findings"


def _which(judged: DiagnosedTarget) -> str:
    runs, run = len(judged.target.runs), judged.run
    if runs < 2:
        return ""
    why = "the median one" if run.ended_well() else "the first that went wrong"
    return f"run {judged.diagnosis.representative + 1} of {runs}, {'interrupted' if run.interruption else why}"


def _identity(view: TargetView) -> str:
    """`FastAPI 0.165.0 · Python 3.11.7 · asyncio · 2 cores`."""
    environment = view.target.environment
    parts = (*view.header[1:], environment.machine or environment.platform)
    return " \N{MIDDLE DOT} ".join(filter(None, parts))


def _tiles(view: TargetView) -> Iterator[Tile]:
    """Ready, where the application became so, then the phases."""
    if view.ready_ns is not None:
        yield Tile("ready", view.ready_ns)
    for name in SHOWN:
        phase = view.phase(name)
        if phase is not None and phase.status != "skipped":
            how = "" if phase.status == "ok" else f" {status_words(phase.status, verb=True)}"
            told = _longest(view, name, phase.wall_ns)
            yield Tile(name + how, phase.wall_ns, not phase.well, *told)


def _longest(view: TargetView, name: PhaseName, wall_ns: int) -> tuple[int, str]:
    """The line that took longest in a phase, where samples can tell: no line is longer than the whole."""
    rows = [row for table in view.tables for row in (*table.rows, *table.rest) if row.phase == name]
    longest = max(rows, key=lambda row: row.wall_ns, default=None)
    if longest is None or wall_ns < _LEAST_TOLD_NS or longest.wall_ns > wall_ns:
        return 0, ""
    return longest.wall_ns, longest.what


def _other_runs(judged: DiagnosedTarget, number: int, budget: int, style: Style) -> Iterator[OtherRun]:
    target = judged.target
    for index, run in enumerate(target.runs[:MOST_RUNS]):
        if index != judged.diagnosis.representative:
            total_ns = sum(phase.wall_ns for phase in run.phases if phase.name not in NOT_CHARGED)
            bad = [f"{phase.name} {ended(phase, run)}" for phase in run.phases if phase.status not in WELL]
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
