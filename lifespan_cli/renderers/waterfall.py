"""The critical chain: what the end of a phase waited for, in the order of time, and what went on beside it."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from lifespan_cli.model import Phase
from lifespan_cli.renderers import Style
from lifespan_cli.renderers.page import clipped, said, signs, stripped
from lifespan_cli.renderers.spent import Spent
from lifespan_cli.renderers.timeline import bar
from lifespan_cli.renderers.units import duration
from lifespan_cli.renderers.whereabouts import line_of, spot

FEWEST = 3
"""A chain of fewer steps says nothing that the ranking does not."""
MOST = 8
LEAST_SHARE = 0.02
_LEAST_BESIDE = 0.03
"""What delayed nothing is shown only when it took at least this share of the phase."""
NARROWEST = 60
_TIME = 8


def waterfall(found: Sequence[Spent], phase: Phase, style: Style) -> list[Text]:
    """The chain on a time axis of its own, which is that of the phase; empty when it is short, or the page narrow."""
    chain = [item for item in found if item.critical and item.own_ns >= LEAST_SHARE * phase.wall_ns]
    beside = [item for item in found if not item.critical and item.own_ns >= _LEAST_BESIDE * phase.wall_ns]
    if len(chain) < FEWEST or style.width < NARROWEST:
        return []
    largest = sorted([*chain, *beside], key=lambda item: -item.own_ns)
    shown = sorted(largest if style.verbose else largest[:MOST], key=lambda item: (item.at_ns, item.until_ns))
    cells = min(max((style.width - 46) // 3, 10), 40)
    return [_head(shown, phase, cells, style), *(_row(item, phase, cells, style) for item in shown)]


def _head(shown: Sequence[Spent], phase: Phase, cells: int, style: Style) -> Text:
    axis = f"0{duration(phase.wall_ns, unicode=style.unicode):>{cells - 1}}"
    head = Text.assemble((f"  {'began':>{_TIME}} {'took':>{_TIME}}  {axis}  ", "dim"), ("critical chain", "bold"))
    legend = f", and beside it ({signs(style).own_both})"
    if any(not item.critical for item in shown) and head.cell_len + len(legend) <= style.width:
        head.append(legend, style="dim")
    return head


def _row(item: Spent, phase: Phase, cells: int, style: Style) -> Text:
    sign, critical = signs(style), item.critical
    shapes = (sign.left, sign.right, sign.both) if critical else (sign.own_left, sign.own_right, sign.own_both)
    at_ns = max(item.at_ns - phase.at_ns, 0)
    began = f"+{duration(at_ns, unicode=style.unicode)}"
    took = duration(item.own_ns, unicode=style.unicode)
    drawn = bar(at_ns, item.until_ns - item.at_ns, phase.wall_ns, cells, shapes)
    room = style.width - cells - 2 * _TIME - 7
    words = _words(item, room, style)
    row = Text.assemble(
        f"  {began:>{_TIME}} {took:>{_TIME}}  ",
        (drawn, "cyan" if critical else "dim"),
        f"  {clipped(said(words, style), room, style)}",
        style="" if critical else "dim",
    )
    return stripped(row)


def _words(item: Spent, cells: int, style: Style) -> str:
    """`create_pool ← shop/db.py:11 ← shop/main.py:18`: with all callers, the outermost or none, as there is room."""
    arrow, line = signs(style).arrow, item.line
    where = spot(line.function, item.called, line.path, line.line, style.root, arrow)
    callers = [line_of(caller.path, caller.line, style.root) for caller in item.callers]
    choices = [callers, [signs(style).ellipsis, *callers[-1:]], []]
    fitting = (f" {arrow} ".join([where, *chosen]) for chosen in choices)
    return next((words for words in fitting if cell_len(words) <= cells), where)
