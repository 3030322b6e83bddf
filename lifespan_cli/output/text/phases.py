"""The phases of a run as rows on one time axis, and the statistics of several runs."""

from rich.text import Text

from lifespan_cli.model import Phase, Run
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.phases import NOT_CHARGED, status_of
from lifespan_cli.output.statistics import summary_lines
from lifespan_cli.output.text.page import Signs, paragraph, signs
from lifespan_cli.output.units import duration, growth

_SHORTEST_AXIS = 12
_LONGEST_AXIS = 100
_NUMBER = 10
"""Width of a column of times or sizes, the blanks before it included: `2 min 05 s` is the widest."""


def phase_table(judged: DiagnosedTarget, style: Style) -> list[Text]:
    """The phases of the representative run on one time axis."""
    target, run = judged.target, judged.run
    lines = _table(run, style)
    own = [f"{name} ({whose})" for name, whose in NOT_CHARGED.items() if name in _come_to(run)]
    skipped = [phase.name for phase in run.phases if phase.status == "skipped"]
    for head, names in (("skipped", skipped), ("not charged to the application", own)):
        if names:
            lines += paragraph(Text(f"{head}: {', '.join(names)}", style="dim"), style, indent=2)
    if len(target.runs) > 1:
        which = "the median one" if run.ended_well() else "the first that went wrong"
        which = "interrupted" if run.interruption else which
        title = f"  run {judged.diagnosis.representative + 1} of {len(target.runs)}, {which}"
        lines.insert(0, Text(title, style="dim"))
    return lines


def statistics_of_runs(judged: DiagnosedTarget, style: Style) -> list[Text]:
    """A row for each phase of several runs; nothing for one."""
    return _statistics(judged, style) if len(judged.target.runs) > 1 else []


def bar(at_ns: int, wall_ns: int, span_ns: int, cells: int, shapes: tuple[str, str, str]) -> str:
    """A bar on an axis of `cells` characters that stands for `span_ns`, in steps of half a cell, at least one of them.

    `shapes` are the left half of a cell, the right half and the whole of it.
    """
    steps, span_ns = 2 * cells, max(span_ns, 1)
    start = min(at_ns * steps // span_ns, steps - 1)
    end = min(max(round((at_ns + wall_ns) * steps / span_ns), start + 1), steps)
    left, right, both = shapes
    drawn = ""
    for cell in range(cells):
        halves = (start <= 2 * cell < end, start <= 2 * cell + 1 < end)
        drawn += {(True, True): both, (True, False): left, (False, True): right}.get(halves, " ")
    return drawn


def _come_to(run: Run) -> dict[str, Phase]:
    return {phase.name: phase for phase in run.phases if phase.status != "skipped"}


def _end(run: Run) -> int:
    return max((phase.at_ns + phase.wall_ns for phase in _come_to(run).values()), default=0)


def _table(run: Run, style: Style) -> list[Text]:
    phases, span = tuple(_come_to(run).values()), _end(run)
    how = {phase.name: "" if phase.status == "ok" else status_of(phase, run) for phase in phases}
    status_width = max((len(status) + 2 for status in how.values() if status), default=0)
    room = style.width - len(f"  {'':8}") - status_width - _NUMBER - 2
    extra = _columns(phases, room - _SHORTEST_AXIS)
    cells = max(min(room - _NUMBER * len(extra), _LONGEST_AXIS), _SHORTEST_AXIS)
    last = duration(span, unicode=style.unicode)
    axis = f"0{last:>{cells - 1}}"
    names = "".join(f"{name:>{_NUMBER}}" for name in extra)
    head = Text(f"  {'phase':8}{'':{status_width}}{'time':>{_NUMBER}}  {axis}{names}".rstrip(), style="dim")
    return [head, *(_row(phase, how[phase.name], span, status_width, cells, extra, style) for phase in phases)]


def _columns(phases: tuple[Phase, ...], room: int) -> tuple[str, ...]:
    """The columns after the bars whose values are known and for which there is room."""
    known = {
        "cpu": any(phase.cpu_ns is not None for phase in phases),
        "memory": any(phase.rss_delta_bytes is not None for phase in phases),
    }
    return tuple(name for name, is_known in known.items() if is_known)[: max(room // _NUMBER, 0)]


def _row(
    phase: Phase, status: str, span: int, status_width: int, cells: int, extra: tuple[str, ...], style: Style
) -> Text:
    own = phase.name in NOT_CHARGED
    color = ("yellow" if status in ("unsupported", "interrupted") else "red") if status else ("dim" if own else "cyan")
    time = duration(phase.wall_ns, unicode=style.unicode)
    drawn = bar(phase.at_ns, phase.wall_ns, span, cells, _shapes(signs(style), own))
    row = Text.assemble(
        f"  {phase.name:8}",
        (f"{'  ' + status if status else '':{status_width}}", color if status else ""),
        f"{time:>{_NUMBER}}  ",
        (drawn, color),
        *(f"{_measure(phase, name, style):>{_NUMBER}}" for name in extra),
        style="dim" if own else "",
    )
    row.rstrip()
    return row


def _shapes(sign: Signs, own: bool) -> tuple[str, str, str]:
    return (sign.own_left, sign.own_right, sign.own_both) if own else (sign.left, sign.right, sign.both)


def _measure(phase: Phase, column: str, style: Style) -> str:
    if column == "cpu":
        return "" if phase.cpu_ns is None else duration(phase.cpu_ns, unicode=style.unicode)
    return "" if phase.rss_delta_bytes is None else growth(phase.rss_delta_bytes)


def _statistics(judged: DiagnosedTarget, style: Style) -> list[Text]:
    """A row for each phase, and the runs in which one took far longer than in the others."""
    statistics = judged.target.statistics
    heading, *rows = summary_lines(statistics, unicode=style.unicode)
    lines = paragraph(Text(heading, style="dim"), style, indent=2, prose=False)
    for name, row in zip(statistics, rows, strict=True):
        lines += paragraph(Text(row, style="dim" if name in NOT_CHARGED else ""), style, 2, len(name), prose=False)
    far = [
        f"{one.phase} in run {one.run}, {duration(one.wall_ns, unicode=style.unicode)}"
        for one in judged.diagnosis.outliers
    ]
    if far:
        lines += paragraph(Text(f"much slower than the others: {'; '.join(far)}", style="dim"), style, indent=2)
    return lines
