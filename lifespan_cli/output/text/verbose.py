"""What `--verbose` shows beyond the default report: the environment, and of each phase all that was measured."""

from collections.abc import Iterator

from rich.text import Text

from lifespan_cli.model import Phase, Run, Target
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.locations import relative
from lifespan_cli.output.text.call_tree import call_tree, context_managers
from lifespan_cli.output.text.critical_path import critical_path
from lifespan_cli.output.text.import_tree import import_tree
from lifespan_cli.output.text.page import escaped, paragraph
from lifespan_cli.output.units import duration

_IMPORTING = ("preload", "import")
_WITHOUT = ("boot", "runtime", "hold")
"""Phases that are the tool's own, or in which the application only waits for the next message."""
_NAMES = 13
"""Cells of the longest name of an entry, and two blanks."""


def environment(target: Target, style: Style) -> list[Text]:
    """A line each for the application object, the interpreter and the platform."""
    entries = {
        "application": _application(target),
        "interpreter": relative(target.environment.executable, style.root),
        "platform": target.environment.platform,
    }
    lines: list[Text] = []
    for name, value in entries.items():
        if value:
            entry = Text.assemble((f"{name:{_NAMES}}", "dim"), escaped(value, style))
            lines += paragraph(entry, style, indent=2, hanging=_NAMES, prose=False)
    return lines


def _application(target: Target) -> str:
    """Its attribute, and its type where the framework's name does not say it: `app, shop.types.Application`."""
    found = next((run.application for run in target.runs if run.application), None)
    if found is None or found.shape == "missing":
        return ""
    framework = target.environment.framework
    name = found.attribute or found.name
    return name if framework and found.type.rpartition(".")[2] == framework.name else f"{name}, {found.type}"


def details(judged: DiagnosedTarget, style: Style) -> Iterator[list[Text]]:
    """For each phase of the representative run with more to show: import tree, critical path, call tree, context
    managers.
    """
    run, diagnosis = judged.run, judged.diagnosis
    for phase in run.phases:
        if phase.name in _WITHOUT:
            continue
        lines = import_tree(diagnosis.import_trees[diagnosis.representative].get(phase.name, ()), style)
        if phase.name not in _IMPORTING:
            lines += critical_path(diagnosis, phase, style)
            lines += call_tree(phase, style)
            lines += context_managers(phase, style)
        if lines:
            yield [*_title(run, phase, style), *lines]


def _title(run: Run, phase: Phase, style: Style) -> list[Text]:
    """`startup 2.90 s, sampled every 5.00 ms`."""

    def time(ns: int) -> str:
        return duration(ns, unicode=style.unicode)

    words = "" if phase.sampling_interval_ns is None else f", sampled every {time(phase.sampling_interval_ns)}"
    found = run.compilations
    if found is not None and found.count and phase.name == "import":
        words += f", compiling {found.count} module{'' if found.count == 1 else 's'} took {time(found.wall_ns)}"
    return paragraph(Text.assemble((f"{phase.name} {time(phase.wall_ns)}", "bold"), words), style, prose=False)
