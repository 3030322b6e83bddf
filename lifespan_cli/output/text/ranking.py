"""A table by cost: what took longest first, its share, what it did and where; the small ones in one line."""

import re
from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len
from rich.text import Text

from lifespan_cli.model import Phase
from lifespan_cli.output import Style
from lifespan_cli.output.text.page import clipped, paragraph, said, signs, stripped
from lifespan_cli.output.text.phases import bar
from lifespan_cli.output.units import duration

KIND_NAMES = {
    "waiting": "waiting",
    "blocking": "blocking",
    "computing": "computing",
    "in_thread": "in thread",
    "import": "",
    "gc": "computing",
}
KIND_COLORS = {"waiting": "blue", "blocking": "red", "computing": "yellow", "in thread": "magenta"}
MOST_ROWS = 6
LEAST_SHARE = 0.02
"""Rows below this share of the whole are told in one line, as are those beyond `MOST_ROWS`."""
_BINDING = re.compile(r"(?<![^\s])[\w.]+ = (?=\S)")
LEAST_VERBOSE_NS = 1_000_000
"""Beside nothing, this."""
_TIME = 8
_BAR = 8
_KIND = max(map(len, KIND_COLORS))
_WITH_BAR = 96
"""Pages narrower than this leave the bars out: the shares say the same."""


class Row(Struct, frozen=True):
    """One line of a ranking. The strings need not be inert."""

    ns: int
    kind: str
    """What it did, a key of `KIND_COLORS`; empty where that goes without saying."""
    what: str
    """The first column: a place, which is cut at its beginning when it is too long, or a module."""
    where: str
    """The second column, cut at its end."""
    note: str = ""
    """What else there is to say; in a line of its own when there is no room beside."""
    count: int = 1
    """How many things it stands for."""


def headline(phase: Phase, words: str, style: Style) -> list[Text]:
    """`startup 2.90 s, by cost`."""
    title = (f"{phase.name} {duration(phase.wall_ns, unicode=style.unicode)}", "bold")
    if style.verbose and phase.sampling_interval_ns is not None:
        words += f", sampled every {duration(phase.sampling_interval_ns, unicode=style.unicode)}"
    return paragraph(Text.assemble(title, f", {words}"), style, prose=False)


def ranking(rows: Sequence[Row], whole_ns: int, noun: str, style: Style) -> list[Text]:
    """The rows, dearest first, as lines; `noun` names what the small ones are: `… 12 lines more`."""
    ordered = sorted(rows, key=lambda row: -row.ns)
    shown = [row for row in ordered if row.ns >= LEAST_SHARE * whole_ns][:MOST_ROWS]
    if style.verbose:
        shown = [row for row in ordered if row.ns >= LEAST_VERBOSE_NS]
    if len(ordered) == len(shown) + 1:
        shown = ordered
    rest = ordered[len(shown) :]
    room = style.width - len(_lead(0, (whole_ns, 0), "", style))
    longest, second = (
        max((cell_len(said(text, style)) for text in texts), default=0)
        for texts in ([row.what for row in shown], [row.where for row in shown])
    )
    first = min(longest, max(room * 2 // 5, room - 2 - second))  # what the second column leaves
    longest_ns = max((row.ns for row in shown), default=0)
    lines = [line for row in shown for line in _lines(row, (whole_ns, longest_ns), room, first, style)]
    if rest:
        count = sum(row.count for row in rest)
        more = f"{signs(style).ellipsis} {count} {noun}{'' if count == 1 else 's'} more"
        lines.append(Text(f"{_numbers(sum(row.ns for row in rest), whole_ns, style)}  {more}", style="dim"))
    return lines


def _lines(row: Row, scale: tuple[int, int], room: int, first: int, style: Style) -> list[Text]:
    """The line of a row, and its note beneath when there is no room beside."""
    line = _lead(row.ns, scale, row.kind, style)
    what = clipped(said(row.what, style), first, style, keep_end="/" in row.what)
    where = clipped(_essence(said(row.where, style), room - first - 2), room - first - 2, style)
    line.append(what, style="cyan")
    line.append(f"{' ' * (first - cell_len(what))}  {where}")
    note = clipped(said(row.note, style), room, style)
    if note and cell_len(line.plain) + 2 + cell_len(note) <= style.width:
        line.append(f"  {note}", style="dim")
        note = ""
    below = [Text(" " * (style.width - room) + note, style="dim")] if note else []
    return [stripped(line), *below]


def _essence(source: str, cells: int) -> str:
    """A line of source without the name that it binds, where there is no room for both."""
    return source if cell_len(source) <= cells else _BINDING.sub("", source)


def _lead(ns: int, scale: tuple[int, int], kind: str, style: Style) -> Text:
    """Time, share, bar and kind. The share is of the first of the scale, the bar of the second, the longest row's."""
    sign = signs(style)
    whole_ns, longest_ns = scale
    drawn = ""
    if style.width >= _WITH_BAR:
        drawn = bar(0, ns, longest_ns, _BAR, (sign.left, sign.right, sign.both)) + "  "
    kind_cell = (f"{kind:{_KIND}}  ", KIND_COLORS.get(kind, ""))
    return Text.assemble(f"{_numbers(ns, whole_ns, style)}  ", (drawn, "cyan"), kind_cell)


def _numbers(ns: int, whole_ns: int, style: Style) -> str:
    """The time and its share of the whole: `  898 ms  31%`."""
    return f"  {duration(ns, unicode=style.unicode):>{_TIME}} {round(100 * ns / max(whole_ns, 1)):>3}%"
