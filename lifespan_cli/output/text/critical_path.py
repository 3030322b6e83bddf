"""The critical path of a phase: what its end waited for, in the order of time, and what ran in parallel."""

from collections.abc import Sequence

from rich.text import Text

from lifespan_cli.model import HotLine, Phase
from lifespan_cli.model.diagnosis import Diagnosis
from lifespan_cli.output import Style
from lifespan_cli.output.locations import line_of, spot
from lifespan_cli.output.text.page import escaped, signs, stripped
from lifespan_cli.output.text.phases import bar
from lifespan_cli.output.units import duration

FEWEST = 3
"""A path of fewer steps says nothing that the table does not."""
LEAST_SHARE = 0.02
_LEAST_PARALLEL = 0.03
"""What is off the critical path is shown only when it took at least this share of the phase."""
NARROWEST = 60
_TIME = 8


def critical_path(diagnosis: Diagnosis, phase: Phase, style: Style) -> list[Text]:
    """The path on a time axis of its own, which is that of the phase; empty when it is short, or the page narrow."""
    path = [line for line in diagnosis.lines(phase.name) if line.wall_ns >= LEAST_SHARE * phase.wall_ns]
    parallel = [
        line for line in diagnosis.parallel_lines(phase.name) if line.wall_ns >= _LEAST_PARALLEL * phase.wall_ns
    ]
    if len(path) < FEWEST or style.width < NARROWEST:
        return []
    shown = sorted([*path, *parallel], key=lambda line: (line.at_ns, line.until_ns))
    cells = min(max((style.width - 46) // 3, 10), 40)
    return [_head(shown, phase, cells, style), *(_row(line, phase, cells, style) for line in shown)]


def _head(shown: Sequence[HotLine], phase: Phase, cells: int, style: Style) -> Text:
    axis = f"0{duration(phase.wall_ns, unicode=style.unicode):>{cells - 1}}"
    head = Text.assemble((f"  {'start':>{_TIME}} {'duration':>{_TIME}}  {axis}  ", "dim"), ("critical path", "bold"))
    if any(not line.critical for line in shown):
        head.append(f", and off it ({signs(style).own_both})", style="dim")
    return head


def _row(line: HotLine, phase: Phase, cells: int, style: Style) -> Text:
    sign, critical = signs(style), line.critical
    shapes = (sign.left, sign.right, sign.both) if critical else (sign.own_left, sign.own_right, sign.own_both)
    at_ns = max(line.at_ns - phase.at_ns, 0)
    start = f"+{duration(at_ns, unicode=style.unicode)}"
    took = duration(line.wall_ns, unicode=style.unicode)
    drawn = bar(at_ns, line.until_ns - line.at_ns, phase.wall_ns, cells, shapes)
    row = Text.assemble(
        f"  {start:>{_TIME}} {took:>{_TIME}}  ",
        (drawn, "cyan" if critical else "dim"),
        f"  {escaped(_words(line, style), style)}",
        style="" if critical else "dim",
    )
    return stripped(row)


def _words(line: HotLine, style: Style) -> str:
    """`create_pool ← shop/db.py:11 ← shop/main.py:18`: the line with all its callers."""
    if line.path is None:
        return f"{line.what}, {line.kind}"
    arrow = signs(style).arrow
    where = spot(line.function, line.called, line.path, line.line or 0, style.root, arrow)
    return f" {arrow} ".join([where, *(line_of(caller.path, caller.line, style.root) for caller in line.callers)])
