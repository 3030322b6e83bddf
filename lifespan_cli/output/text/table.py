"""The table of what took the time: every line and import of 5 %, then the rest in one row."""

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from lifespan_cli.output import Style
from lifespan_cli.output.locations import line_of
from lifespan_cli.output.tables import RowView, TableView
from lifespan_cli.output.text.page import clipped, escaped, laid_out, linked
from lifespan_cli.output.units import duration
from lifespan_cli.output.view import TargetView

_COLORS = {"waits": "blue", "blocks": "red", "CPU": "yellow", "in": "magenta"}
_LEAST_PHASE_NS = 200_000_000
"""A shorter phase after the start has no table: there is nothing to save."""
_LEAST_ROW_NS = 1_000_000
_INDENT, _GAP = 2, 2
_LEAST_ROOM = 12
"""Of the text of a line."""
_NUMBERS = 13
"""The cells of time and share."""
_HEADS = {0: "time", 1: "share", 3: "", 4: "where"}
"""The columns but for the text of the line, which has the room that they leave."""
_WIDE, _NARROW = 96, 72
"""Narrower pages say less of what a line did with its time, or nothing."""
_SHORT = {"blocks the loop, CPU": "blocks, CPU", "blocks the loop": "blocks", "in a thread": "thread"}


def tables(view: TargetView, style: Style) -> list[Text]:
    """Of a slow application the table of ready, and one for each later phase that took long, with its name above.

    Verbose, those of any application, with a row for every line and import of 1 ms.
    """
    lines: list[Text] = []
    for table in view.tables:
        if not _own_rows(table, style)[0]:
            continue
        long = view.layout == "slow" and (table.title == "ready" or table.wall_ns >= _LEAST_PHASE_NS)
        if not long and not style.verbose:
            continue
        if lines:
            lines.append(Text())
        if table.title != "ready":
            title = f"{table.title} {duration(table.wall_ns, unicode=style.unicode)}"
            lines.append(Text(title, style="bold"))
        lines += _table(table, style)
    return lines


def _table(shown: TableView, style: Style) -> list[Text]:
    own, rest = _own_rows(shown, style)
    rows = [_cells(row, _where_room(own, style), style) for row in own]
    more = sum(max(row.hot.modules, 1) for row in rest)
    for ns, words in (
        (sum(row.wall_ns for row in rest), f"{more} more below {'1 ms' if style.verbose else '5 %'}"),
        (shown.unseen_ns, "at no line that was seen"),
    ):
        if ns:
            share = Text(f"{round(100 * ns / max(shown.wall_ns, 1))} %", style="dim")
            rows.append((Text(_time(ns, style), style="dim"), share, Text(words, style="dim"), Text(), Text()))
    taken = sum(max([len(head), *(cell_len(row[column].plain) for row in rows)]) for column, head in _HEADS.items())
    room = max(style.width - _INDENT - len(_HEADS) * _GAP - taken, _LEAST_ROOM)
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim")
    for name, right in (("time", True), ("share", True), ("what", False), ("", False), ("where", False)):
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    for time, share, what, kind, where in rows:
        table.add_row(time, share, Text(clipped(what.plain, room, style), style=what.style), kind, where)
    return laid_out(table, style, _INDENT)


def _own_rows(shown: TableView, style: Style) -> tuple[list[RowView], list[RowView]]:
    """The rows to show, and those that are counted only."""
    if not style.verbose:
        return list(shown.rows), list(shown.rest)
    every = [*shown.rows, *shown.rest]
    return [row for row in every if row.wall_ns >= _LEAST_ROW_NS], [row for row in every if row.wall_ns < _LEAST_ROW_NS]


def _time(ns: int, style: Style) -> str:
    return duration(ns, unicode=style.unicode)


def _where_room(rows: list[RowView], style: Style) -> int:
    """The cells for places: what the other columns leave, and the text of a line at least `_LEAST_ROOM`."""
    kind = max((len(_kind(row, style)) for row in rows), default=0)
    return max(style.width - _INDENT - len(_HEADS) * _GAP - _NUMBERS - kind - _LEAST_ROOM, _LEAST_ROOM)


def _kind(row: RowView, style: Style) -> str:
    kind = row.kind if style.width >= _NARROW else ""
    if style.width < _WIDE:
        for long, short in _SHORT.items():
            kind = kind.replace(long, short)
        kind = kind.replace(" in parallel", " parallel")
    return kind


def _cells(row: RowView, room: int, style: Style) -> tuple[Text, Text, Text, Text, Text]:
    kind = _kind(row, style)
    where = (
        clipped(escaped(line_of(row.path, row.line or 0, style.root), style), room, style, keep_end=True)
        if row.path
        else ""
    )
    return (
        Text(_time(row.wall_ns, style)),
        Text(f"{round(100 * row.share)} %"),
        Text(escaped(row.what, style)),
        Text(kind, style=_COLORS.get(kind.split(" ")[0].rstrip(","), "")),
        linked(where, row.path, style),
    )
