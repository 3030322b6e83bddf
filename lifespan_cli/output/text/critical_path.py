"""The critical chain: what the end of a phase waited for, in the order of time, and what went on beside it."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from lifespan_cli.model import HotLine, Phase
from lifespan_cli.model.diagnosis import Diagnosis
from lifespan_cli.output import Style
from lifespan_cli.output.locations import line_of, spot
from lifespan_cli.output.text.page import clipped, said, signs, stripped
from lifespan_cli.output.text.phases import bar
from lifespan_cli.output.units import duration

FEWEST = 3
"""A chain of fewer steps says nothing that the ranking does not."""
MOST = 8
LEAST_SHARE = 0.02
_LEAST_BESIDE = 0.03
"""What delayed nothing is shown only when it took at least this share of the phase."""
NARROWEST = 60
_TIME = 8


def waterfall(diagnosis: Diagnosis, phase: Phase, style: Style) -> list[Text]:
    """The chain on a time axis of its own, which is that of the phase; empty when it is short, or the page narrow."""
    chain = [line for line in diagnosis.lines(phase.name) if line.wall_ns >= LEAST_SHARE * phase.wall_ns]
    beside = [line for line in diagnosis.parallel_lines(phase.name) if line.wall_ns >= _LEAST_BESIDE * phase.wall_ns]
    if len(chain) < FEWEST or style.width < NARROWEST:
        return []
    largest = sorted([*chain, *beside], key=lambda line: -line.wall_ns)
    shown = sorted(largest if style.verbose else largest[:MOST], key=lambda line: (line.at_ns, line.until_ns))
    cells = min(max((style.width - 46) // 3, 10), 40)
    return [_head(shown, phase, cells, style), *(_row(line, phase, cells, style) for line in shown)]


def _head(shown: Sequence[HotLine], phase: Phase, cells: int, style: Style) -> Text:
    axis = f"0{duration(phase.wall_ns, unicode=style.unicode):>{cells - 1}}"
    head = Text.assemble((f"  {'began':>{_TIME}} {'took':>{_TIME}}  {axis}  ", "dim"), ("critical chain", "bold"))
    legend = f", and beside it ({signs(style).own_both})"
    if any(not line.critical for line in shown) and head.cell_len + len(legend) <= style.width:
        head.append(legend, style="dim")
    return head


def _row(line: HotLine, phase: Phase, cells: int, style: Style) -> Text:
    sign, critical = signs(style), line.critical
    shapes = (sign.left, sign.right, sign.both) if critical else (sign.own_left, sign.own_right, sign.own_both)
    at_ns = max(line.at_ns - phase.at_ns, 0)
    began = f"+{duration(at_ns, unicode=style.unicode)}"
    took = duration(line.wall_ns, unicode=style.unicode)
    drawn = bar(at_ns, line.until_ns - line.at_ns, phase.wall_ns, cells, shapes)
    room = style.width - cells - 2 * _TIME - 7
    words = _words(line, room, style)
    row = Text.assemble(
        f"  {began:>{_TIME}} {took:>{_TIME}}  ",
        (drawn, "cyan" if critical else "dim"),
        f"  {clipped(said(words, style), room, style)}",
        style="" if critical else "dim",
    )
    return stripped(row)


def _words(line: HotLine, cells: int, style: Style) -> str:
    """`create_pool ← shop/db.py:11 ← shop/main.py:18`: with all callers, the outermost or none, as there is room."""
    if line.path is None:
        return f"{line.what}, {line.kind}"
    arrow = signs(style).arrow
    where = spot(line.function, line.called, line.path, line.line or 0, style.root, arrow)
    callers = [line_of(caller.path, caller.line, style.root) for caller in line.callers]
    choices = [callers, [signs(style).ellipsis, *callers[-1:]], []]
    fitting = (f" {arrow} ".join([where, *chosen]) for chosen in choices)
    return next((words for words in fitting if cell_len(words) <= cells), where)
