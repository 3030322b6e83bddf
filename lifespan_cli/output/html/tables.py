"""The rows of the tables of a run: what took the time, what the end of a phase waited for."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from lifespan_cli.model import WELL, HotLine, Phase, PhaseName, Run
from lifespan_cli.model.diagnosis import Diagnosis
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.html.words import place, share
from lifespan_cli.output.timeline import NOT_THE_APPS
from lifespan_cli.output.units import duration
from lifespan_cli.output.verdicts import went

LOOKS = {"in_thread": "thread", "gc": "computing"}
"""The classes of bars that are not named as their kind."""
UNTIL_READY: tuple[PhaseName, ...] = ("import", "resolve", "startup")
_FIRST = 12
"""Rows that are shown at once."""
_IN_CHAIN = 0.01
"""What took less than this part of its phase is no link of the chain worth showing."""
_LEAST_NAMED = 0.005
"""A phase with a smaller part of the whole is not named in its sum."""
_LEAST_WIDTH = 0.4
"""Percent: no bar is drawn shorter."""


class Bar(Struct, frozen=True):
    """A bar in a cell of a table, in percent of the cell."""

    x: str
    width: str
    look: str


class Row(Struct, frozen=True):
    """A line, an import or a garbage collection, with the time that it took."""

    wall_ns: int
    phase: PhaseName
    share: str
    kind: str
    what: str
    notes: tuple[str, ...]
    where: str
    bar: Bar
    began_ns: int = 0
    """Since its phase began."""


class Table(Struct, frozen=True):
    """What took the time until the application was ready, or in a phase after that; the slowest first."""

    title: str
    first: tuple[Row, ...]
    others: tuple[Row, ...]
    more: int
    """How many have no row."""
    more_ns: int


class Chain(Struct, frozen=True):
    """What the end of a phase waited for, in the order of time."""

    phase: Phase
    rows: tuple[Row, ...]


class PhaseRow(Struct, frozen=True):
    """A phase in the table of phases."""

    phase: Phase
    how: str
    whose: str
    """Who is charged for it, where that is not the application."""
    look: str
    bar: Bar | None


def tables(judged: DiagnosedTarget, most: int, style: Style) -> Iterator[Table]:
    """A table for what took the time until the application was ready, and for each other phase that has a line.

    None has more than `most` rows.
    """
    groups: dict[str, list[Phase]] = {}
    for phase in judged.run.phases:
        if phase.status != "skipped":
            groups.setdefault("ready" if phase.name in UNTIL_READY else phase.name, []).append(phase)
    for title, phases in groups.items():
        names = {phase.name for phase in phases}
        lines = [line for line in judged.diagnosis.hot_lines if line.critical and line.phase in names]
        if any(line.phase != "hold" or line.kind != "waiting" for line in lines):  # in hold it is idle by design
            yield _table(_title(judged, title, phases), phases, lines, most, style)


def _title(judged: DiagnosedTarget, name: str, phases: list[Phase]) -> str:
    """`ready 3.50 s = import 1.50 s + startup 2.00 s`, or a phase with its time."""
    worth = [phase for phase in phases if phase.wall_ns >= _LEAST_NAMED * sum(one.wall_ns for one in phases)]
    parts = " + ".join(f"{phase.name} {duration(phase.wall_ns)}" for phase in worth)
    if name != "ready" or not judged.target.came_up:
        return parts
    return f"ready {duration(sum(phase.wall_ns for phase in phases))} = {parts}"


def _table(title: str, phases: list[Phase], lines: Iterable[HotLine], most: int, style: Style) -> Table:
    whole_ns = sum(phase.wall_ns for phase in phases)
    ordered = sorted(lines, key=lambda line: -line.wall_ns)
    longest_ns = ordered[0].wall_ns
    rest = ordered[most:]
    rows = [row(line, whole_ns, bar(0, line.wall_ns, longest_ns, look(line)), style) for line in ordered[:most]]
    more_ns = sum(line.wall_ns for line in rest)
    return Table(title, tuple(rows[:_FIRST]), tuple(rows[_FIRST:]), len(rest), more_ns)


def look(line: HotLine) -> str:
    """The class of the bar of a line."""
    if line.kind == "import":
        return "import" if line.user else "import lib"
    return LOOKS.get(line.kind, line.kind)


def row(line: HotLine, whole_ns: int, drawn: Bar, style: Style, phase_ns: int = 0) -> Row:
    """A line as it is shown; its share is of `whole_ns`, its beginning counts from `phase_ns`."""
    return Row(
        wall_ns=line.wall_ns,
        phase=line.phase,
        share=share(line.wall_ns, whole_ns),
        kind=line.kind.replace("_", " "),
        what=line.what,
        notes=tuple(_notes(line, style)),
        where=place(line.path, line.line, style),
        bar=drawn,
        began_ns=max(line.at_ns - phase_ns, 0),
    )


def _notes(line: HotLine, style: Style) -> Iterator[str]:
    if line.modules > 1:
        yield f"{line.modules} modules"
    if line.called:
        yield f"in {line.called}"
    if line.parallel > 1:
        yield f"{line.parallel} tasks in parallel"
    if line.callers:
        yield "from " + " \N{LEFTWARDS ARROW} ".join(place(one.path, one.line, style) for one in line.callers)


def bar(begin_ns: int, ns: int, whole_ns: int, name: str) -> Bar:
    """A bar in a cell that stands for `whole_ns`."""
    whole_ns = max(whole_ns, 1)
    left = min(100 * min(max(begin_ns, 0), whole_ns) / whole_ns, 100 - _LEAST_WIDTH)
    width = min(max(100 * ns / whole_ns, _LEAST_WIDTH), 100 - left)
    return Bar(f"{left:.2f}%", f"{width:.2f}%", name)


def chain(diagnosis: Diagnosis, phase: Phase, style: Style) -> Chain | None:
    """What the end of a phase waited for, in the order of time; None for fewer than two of them."""
    least_ns = _IN_CHAIN * phase.wall_ns
    found = [line for line in diagnosis.lines(phase.name) if line.wall_ns >= least_ns and line.kind != "import"]
    if len(found) < 2:
        return None
    return Chain(phase, tuple(_link(line, phase, style) for line in found))


def _link(line: HotLine, phase: Phase, style: Style) -> Row:
    drawn = bar(line.at_ns - phase.at_ns, min(line.until_ns - line.at_ns, line.wall_ns), phase.wall_ns, look(line))
    return row(line, phase.wall_ns, drawn, style, phase.at_ns)


def phase_rows(run: Run) -> list[PhaseRow]:
    """Every phase with its times, its memory and how it went."""
    end_ns = max((phase.at_ns + phase.wall_ns for phase in run.phases), default=1)
    return [_phase_row(phase, end_ns, went(phase, run)) for phase in run.phases]


def _phase_row(phase: Phase, end_ns: int, how: str) -> PhaseRow:
    whose = NOT_THE_APPS.get(phase.name, "")
    skipped = phase.status == "skipped"
    name = "failed" if phase.status not in WELL else "other" if whose or skipped else "own"
    return PhaseRow(phase, how, whose, name, None if skipped else bar(phase.at_ns, phase.wall_ns, end_ns, name))
