"""All that was sampled of a phase as a call tree, and the measured times of its context managers."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from lifespan_cli.model import Frame, Phase, Span
from lifespan_cli.output import Style
from lifespan_cli.output.locations import line_of
from lifespan_cli.output.text.page import escaped, signs, stripped
from lifespan_cli.output.units import duration

LEAST_SHARE = 0.01
"""Lines below this share of the phase are left out."""
LEAST_SPAN_NS = 1_000_000
_TIME = 9


def call_tree(phase: Phase, style: Style) -> list[Text]:
    """A line for each frame with a hundredth of the phase; empty where nothing was sampled."""
    lines = list(_lines(phase.frames, int(phase.wall_ns * LEAST_SHARE), 0, style))
    critical, other = signs(style).both, signs(style).own_both
    legend = f"  {'total':>{_TIME}}  call tree ({critical} on the critical path, {other} off it)"
    return [Text(legend, style="dim"), *lines] if lines else []


def context_managers(phase: Phase, style: Style) -> list[Text]:
    """A line for each context manager that took 1 ms to enter or to leave; its times are measured, not sampled."""
    spans = [_span(span, phase, style) for span in phase.spans if span.wall_ns >= LEAST_SPAN_NS]
    head = f"  {'start':>{_TIME}} {'duration':>{_TIME}}  context managers, measured exactly"
    return [Text(head, style="dim"), *spans] if spans else []


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
    words = f"{mark} {frame.function}  {where}{task}{tasks}"
    line = Text(f"{time}{'  ' * depth}{escaped(words, style)}", style="" if frame.user else "dim")
    if frame.source:
        line.append(escaped(f"  {frame.source}", style), style="dim")
    return stripped(line)


def _span(span: Span, phase: Phase, style: Style) -> Text:
    start = f"+{duration(max(span.at_ns - phase.at_ns, 0), unicode=style.unicode)}"
    took = duration(span.wall_ns, unicode=style.unicode)
    words = f"{span.kind} {span.name}, {line_of(span.path, span.line, style.root)}"
    return Text(f"  {start:>{_TIME}} {took:>{_TIME}}  {escaped(words, style)}")
