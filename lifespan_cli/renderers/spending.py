"""Where the time of a slow phase went, in the user's own lines: by cost, and in the order of what waited for what."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from lifespan_cli.analysis.hot_lines import steps
from lifespan_cli.analysis.statistics import representative
from lifespan_cli.model import COLLECTOR, Phase, Run, Target
from lifespan_cli.renderers import Style
from lifespan_cli.renderers.importing import import_view, lazy_imports
from lifespan_cli.renderers.ranking import Row, headline, ranking
from lifespan_cli.renderers.spent import Spent, spent
from lifespan_cli.renderers.unfolded import unfolded
from lifespan_cli.renderers.waterfall import waterfall
from lifespan_cli.renderers.whereabouts import line_of

SLOW_NS = 200_000_000
"""A phase that took less is no reason to change anything."""
IMPORTING = ("preload", "import")
LIVING = ("resolve", "startup", "shutdown", "exit")
_MISSING = 0.05
"""The share of a phase that must be missing from its ranking for that to be told."""


def spending(target: Target, style: Style) -> list[list[Text]]:
    """A section for each phase of the representative run that took long; when verbose, for every phase."""
    if not target.runs:
        return []
    run = target.runs[representative(target.runs)]
    phases = [phase for phase in run.phases if phase.wall_ns >= SLOW_NS or style.verbose]
    return [section for section in (_section(run, phase, style) for phase in phases) if section]


def _section(run: Run, phase: Phase, style: Style) -> list[Text]:
    if phase.name in IMPORTING:
        return import_view(run, phase, style)
    if phase.name not in LIVING:
        return []
    found = spent(steps(phase))
    critical = [item for item in found if item.critical]
    hung_at_once = phase.status == "timeout" and len(critical) < 2  # where it hung is told with the finding
    if not critical or hung_at_once:
        return []
    lines = headline(phase, "by cost", style)
    lines += ranking([*_rows(critical, style), *_missing(critical, phase)], phase.wall_ns, "line", style)
    lines += lazy_imports(run, phase, style)
    lines += waterfall(found, phase, style)
    return lines + (unfolded(phase, style) if style.verbose else [])


def _rows(critical: Sequence[Spent], style: Style) -> Iterator[Row]:
    for item in critical:
        where = line_of(item.line.path, item.line.line, style.root)
        yield Row(item.own_ns, item.kind, where, _text(item), _note(item))


def _text(item: Spent) -> str:
    """The line's source, and what it calls where it does not say so itself: `yield  in Pool.close`."""
    if item.line.path == COLLECTOR:
        return item.line.function.removeprefix("gc, ")
    source, name = item.line.source, item.called.rpartition(".")[2]
    if not source:
        return item.called or item.line.function
    return source if name in source else f"{source}  in {item.called}"


def _note(item: Spent) -> str:
    """`3 tasks side by side, this one last`."""
    if item.tasks < 2:
        return ""
    return f"{item.tasks} tasks side by side" + (", this one last" if item.lines > 1 else "")


def _missing(critical: Sequence[Spent], phase: Phase) -> Iterator[Row]:
    """What no line accounts for."""
    missing_ns = phase.wall_ns - sum(item.own_ns for item in critical)
    if missing_ns > _MISSING * phase.wall_ns:
        yield Row(missing_ns, "", "elsewhere", "at no line that was seen")
