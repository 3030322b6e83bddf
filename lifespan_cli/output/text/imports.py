"""What the user's code imports, by cost, each with the line that asks for it; and what a later phase imports."""

from rich.text import Text

from lifespan_cli.model import Phase, Run
from lifespan_cli.model.diagnosis import Diagnosis, ImportCost
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.locations import line_of
from lifespan_cli.output.text.import_tree import import_tree_view
from lifespan_cli.output.text.page import clipped, said, signs
from lifespan_cli.output.text.ranking import LEAST_SHARE, Row, headline, ranking
from lifespan_cli.output.units import duration

_WORTH = 0.05
"""The share of a phase that is worth a word of its own."""


def import_view(judged: DiagnosedTarget, phase: Phase, style: Style) -> list[Text]:
    """The imports of a phase: the ranking; when verbose, the tree as well."""
    run, diagnosis = judged.run, judged.diagnosis
    found = diagnosis.import_costs.get(phase.name, ())
    if not found:
        return []
    modules = sum(cost.modules for cost in found)
    words = f"{modules} module{'' if modules == 1 else 's'}, by cost"
    if phase.name == "preload":
        words += ", not charged to the application"
    lines = headline(phase, words + _compiled(run, phase, style), style)
    rows = [_row(cost, phase, style) for cost in found]
    lines += ranking(rows, phase.wall_ns, "module", style)
    return lines + (
        import_tree_view(diagnosis.import_trees[diagnosis.representative].get(phase.name, ()), style)
        if style.verbose
        else []
    )


def lazy_imports(diagnosis: Diagnosis, phase: Phase, style: Style) -> list[Text]:
    """`imports during startup 300 ms: tabular 290 ms ← shop/reports.py:40`, when they are worth a word."""
    found = diagnosis.import_costs.get(phase.name, ())
    total_ns = sum(cost.wall_ns for cost in found)
    if total_ns < _WORTH * phase.wall_ns:
        return []
    told = ", ".join(
        f"{cost.name} {duration(cost.wall_ns, unicode=style.unicode)}{_asked(cost, style)}"
        for cost in found[:3]
        if cost.wall_ns >= _WORTH * phase.wall_ns
    )
    words = f"imports during {phase.name} {duration(total_ns, unicode=style.unicode)}" + (f": {told}" if told else "")
    return [Text("  " + clipped(said(words, style), style.width - 2, style), style="dim")]


def _row(cost: ImportCost, phase: Phase, style: Style) -> Row:
    kind = "waiting" if cost.waits else "computing"
    if cost.user:
        return Row(cost.wall_ns, kind, f"{cost.name}, your code", _own_line(cost, phase, style))
    if not cost.modules and cost.path is None:
        return Row(cost.wall_ns, "computing", cost.module, "", count=0)
    modules = f"{cost.modules} module{'' if cost.modules == 1 else 's'}"
    what = f"{cost.name}, {modules}"
    return Row(cost.wall_ns, kind, what, _asked(cost, style).strip(), count=cost.modules)


def _asked(cost: ImportCost, style: Style) -> str:
    """Who asks for it: ` ← shop/reports.py:6`."""
    return f" {signs(style).arrow} {line_of(cost.path, cost.line or 0, style.root)}" if cost.path else ""


def _own_line(cost: ImportCost, phase: Phase, style: Style) -> str:
    """The line of the user's module that took longest, when it was seen and matters; else who imports it."""
    longest = cost.lines[0] if cost.lines else None
    small = cost.wall_ns < LEAST_SHARE * phase.wall_ns
    if small or cost.file is None or longest is None or 2 * longest.wall_ns < cost.wall_ns:
        return _asked(cost, style).strip()
    return f"{line_of(cost.file, longest.line, style.root)}  {longest.source}"


def _compiled(run: Run, phase: Phase, style: Style) -> str:
    """What compiling cost, in a phase that it makes slow."""
    found = run.compilations
    if found is None or found.wall_ns < _WORTH * phase.wall_ns:
        return ""
    return f"; compiling {found.count} of them took {duration(found.wall_ns, unicode=style.unicode)}"
