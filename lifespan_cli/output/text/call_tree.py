"""All that was seen of a phase: the call tree with the libraries' lines, and the context managers' exact times."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from lifespan_cli.model import Frame, Phase, Span
from lifespan_cli.output import Style
from lifespan_cli.output.locations import line_of
from lifespan_cli.output.text.page import clipped, said, signs, stripped
from lifespan_cli.output.units import duration

LEAST_SHARE = 0.01
"""Lines below this share of the phase are left out."""
LEAST_SPAN_NS = 1_000_000
_TIME = 9


def unfolded(phase: Phase, style: Style) -> list[Text]:
    """The tree, then the spans, as far as there are any."""
    tree = list(_lines(phase.frames, int(phase.wall_ns * LEAST_SHARE), 0, style))
    spans = [_span(span, phase, style) for span in phase.spans if span.wall_ns >= LEAST_SPAN_NS]
    critical, other = signs(style).both, signs(style).own_both
    legend = f"  {'total':>{_TIME}}  call tree ({critical} delayed the end, {other} did not)"
    told = [Text(legend, style="dim"), *tree] if tree else []
    head = f"  {'began':>{_TIME}} {'took':>{_TIME}}  context managers, measured exactly"
    return told + ([Text(head, style="dim"), *spans] if spans else [])


def _lines(frames: Sequence[Frame], least_ns: int, depth: int, style: Style) -> Iterator[Text]:
    """One line for each frame, indented where a line leads to several others, and not where it leads to one only: else
    the page would end within the libraries.
    """
    shown = [frame for frame in frames if frame.total_ns >= least_ns]
    fork = int(len(shown) > 1)
    for frame in shown:
        yield _line(frame, depth + fork, style)
        yield from _lines(frame.children, least_ns, depth + 2 * fork, style)


def _line(frame: Frame, depth: int, style: Style) -> Text:
    sign = signs(style)
    mark = sign.both if frame.critical else sign.own_both
    task = f", task {frame.task}" if frame.task else ""
    tasks = f" and {frame.width - 1} more" if frame.task and frame.width > 1 else ""
    where = line_of(frame.path, frame.line, style.root)
    time = f"  {duration(frame.total_ns, unicode=style.unicode):>{_TIME}}  "
    words = f"{'  ' * depth}{mark} {frame.function}  {where}{task}{tasks}"
    line = Text(time + clipped(said(words, style), style.width - len(time), style), style="" if frame.user else "dim")
    if frame.source:
        line.append(clipped(said(f"  {frame.source}", style), style.width - line.cell_len, style), style="dim")
    return stripped(line)


def _span(span: Span, phase: Phase, style: Style) -> Text:
    began = f"+{duration(max(span.at_ns - phase.at_ns, 0), unicode=style.unicode)}"
    took = duration(span.wall_ns, unicode=style.unicode)
    words = f"{span.kind} {span.name}, {line_of(span.path, span.line, style.root)}"
    lead = f"  {began:>{_TIME}} {took:>{_TIME}}  "
    return Text(lead + clipped(said(words, style), style.width - len(lead), style))
