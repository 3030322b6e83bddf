"""Where the time of a slow phase went, in the user's own lines: by cost, and in the order of what waited for what."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from lifespan_cli.model import HotLine, Phase
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.locations import line_of
from lifespan_cli.output.text.call_tree import unfolded
from lifespan_cli.output.text.critical_path import waterfall
from lifespan_cli.output.text.imports import import_view, lazy_imports
from lifespan_cli.output.text.ranking import KIND_NAMES, Row, headline, ranking

SLOW_NS = 200_000_000
"""A phase that took less is no reason to change anything."""
IMPORTING = ("preload", "import")
LIVING = ("resolve", "startup", "shutdown", "exit")
_MISSING = 0.05
"""The share of a phase that must be missing from its ranking for that to be told."""


def spending(judged: DiagnosedTarget, style: Style) -> list[list[Text]]:
    """A section for each phase of the representative run that took long; when verbose, for every phase."""
    phases = [phase for phase in judged.run.phases if phase.wall_ns >= SLOW_NS or style.verbose]
    return [section for section in (_section(judged, phase, style) for phase in phases) if section]


def _section(judged: DiagnosedTarget, phase: Phase, style: Style) -> list[Text]:
    if phase.name in IMPORTING:
        return import_view(judged, phase, style)
    if phase.name not in LIVING:
        return []
    critical = judged.diagnosis.lines(phase.name)
    hung_at_once = phase.status == "timeout" and len(critical) < 2  # where it hung is told with the finding
    if not critical or hung_at_once:
        return []
    lines = headline(phase, "by cost", style)
    lines += ranking([*_rows(critical, style), *_missing(critical, phase)], phase.wall_ns, "line", style)
    lines += lazy_imports(judged.diagnosis, phase, style)
    lines += waterfall(judged.diagnosis, phase, style)
    return lines + (unfolded(phase, style) if style.verbose else [])


def _rows(critical: Sequence[HotLine], style: Style) -> Iterator[Row]:
    for line in critical:
        where = line_of(line.path, line.line or 0, style.root) if line.path else line.kind
        yield Row(line.wall_ns, KIND_NAMES[line.kind], where, _text(line), _note(line))


def _text(line: HotLine) -> str:
    """The line's source, and what it calls where it does not say so itself: `yield  in Pool.close`."""
    if line.kind == "gc":
        return line.what.removeprefix("gc, ")
    name = line.called.rpartition(".")[2]
    if line.what == line.function:  # its source is not known
        return line.called or line.function
    return line.what if name in line.what else f"{line.what}  in {line.called}"


def _note(line: HotLine) -> str:
    """`3 tasks in parallel`."""
    return f"{line.parallel} tasks in parallel" if line.parallel > 1 else ""


def _missing(critical: Sequence[HotLine], phase: Phase) -> Iterator[Row]:
    """What no line accounts for."""
    missing_ns = phase.wall_ns - sum(line.wall_ns for line in critical)
    if missing_ns > _MISSING * phase.wall_ns:
        yield Row(missing_ns, "", "elsewhere", "at no line that was seen")
