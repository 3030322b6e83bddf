"""The rows of the tables of a run: what took the time, what the end of a phase waited for."""

from collections.abc import Iterator

from msgspec import Struct

from lifespan_cli.model import WELL, HotLine, Phase, Run
from lifespan_cli.model.diagnosis import Diagnosis
from lifespan_cli.output import Style
from lifespan_cli.output.html.words import ended, place, share_of
from lifespan_cli.output.phases import NOT_CHARGED
from lifespan_cli.output.tables import UNTIL_READY, RowView, TableView, row_of
from lifespan_cli.output.units import duration
from lifespan_cli.output.view import TargetView

LOOKS = {"in_thread": "thread", "gc": "computing"}
"""The classes of bars that are not named as their kind."""
_FIRST = 12
"""Rows that are shown at once."""
_IN_CHAIN = 0.01
"""What took less than this part of its phase is no link of the chain worth showing."""
_ARROW = "\N{LEFTWARDS ARROW}"
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
    """A row of the view, with what a page has room for besides."""

    view: RowView
    share: str
    callers: str
    """The application's lines that led there; empty where there are none."""
    where: str
    bar: Bar
    began_ns: int = 0
    """Since its phase began."""


class Table(Struct, frozen=True):
    """What took the time until the application was ready, or in a phase after that; the slowest first."""

    title: str
    first: tuple[Row, ...]
    others: tuple[Row, ...]
    """Those that are small, or come after many."""
    more: int
    """How many have no row."""
    more_ns: int
    unseen_ns: int
    """What no line accounts for."""


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


def tables(view: TargetView, most: int, style: Style) -> Iterator[Table]:
    """The tables of the view, none with more than `most` rows."""
    for table in view.tables:
        found = (*table.rows, *table.rest)
        longest_ns = max(row.wall_ns for row in found)
        rows = [_row(row, longest_ns, style) for row in found[:most]]
        first = max(len(table.rows), min(len(rows), _FIRST))
        rest = found[most:]
        yield Table(
            title=_title(view, table),
            first=tuple(rows[:first]),
            others=tuple(rows[first:]),
            more=len(rest),
            more_ns=sum(row.wall_ns for row in rest),
            unseen_ns=table.unseen_ns,
        )


def _title(view: TargetView, table: TableView) -> str:
    """`ready 3.50 s = import 1.50 s + startup 2.00 s`, or a phase with its time."""
    if table.title != "ready":
        return f"{table.title} {duration(table.wall_ns)}"
    phases = [phase for phase in view.judged.run.phases if phase.name in UNTIL_READY]
    worth = [phase for phase in phases if phase.wall_ns >= _LEAST_NAMED * table.wall_ns and phase.status != "skipped"]
    parts = " + ".join(f"{phase.name} {duration(phase.wall_ns)}" for phase in worth)
    return parts if view.ready_ns is None else f"ready {duration(table.wall_ns)} = {parts}"


def _row(row: RowView, longest_ns: int, style: Style) -> Row:
    return _made(row, bar(0, row.wall_ns, longest_ns, look(row.hot)), 0, style)


def _made(row: RowView, drawn: Bar, began_ns: int, style: Style) -> Row:
    calls = [place(one.path, one.line, style) for one in row.hot.callers]
    where = place(row.path, row.line, style)
    return Row(row, share_of(row.share), f" {_ARROW} ".join(calls), where, drawn, began_ns)


def look(line: HotLine) -> str:
    """The class of the bar of a line."""
    if line.kind == "import":
        return "import" if line.user else "import lib"
    return LOOKS.get(line.kind, line.kind)


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
    return _made(row_of(line, phase.wall_ns), drawn, max(line.at_ns - phase.at_ns, 0), style)


def phase_rows(run: Run) -> list[PhaseRow]:
    """Every phase with its times, its memory and how it went."""
    end_ns = max((phase.at_ns + phase.wall_ns for phase in run.phases), default=1)
    return [_phase_row(phase, end_ns, ended(phase, run)) for phase in run.phases]


def _phase_row(phase: Phase, end_ns: int, how: str) -> PhaseRow:
    whose = NOT_CHARGED.get(phase.name, "")
    skipped = phase.status == "skipped"
    name = "failed" if phase.status not in WELL else "other" if whose or skipped else "own"
    return PhaseRow(phase, how, whose, name, None if skipped else bar(phase.at_ns, phase.wall_ns, end_ns, name))
