"""A target's runs → `Diagnosis`: where the time went and why, computed once for all rules and outputs."""

import sys
from collections.abc import Iterator

from msgspec.structs import replace

from lifespan_cli.analysis.blocking import loop_blocks
from lifespan_cli.analysis.contention import busy_phases, classified, contention_of, left_by
from lifespan_cli.analysis.exit_waits import named
from lifespan_cli.analysis.hot_lines import import_lines, sampled_lines
from lifespan_cli.analysis.import_costs import IMPORTING, import_costs, import_tree, module_work
from lifespan_cli.analysis.libraries import FOUNDATIONS
from lifespan_cli.analysis.sequential_awaits import sequential_awaits
from lifespan_cli.analysis.statistics import outliers, representative
from lifespan_cli.model import PHASES, UNTIL_UP, PhaseName, Report, Run, Target
from lifespan_cli.model.diagnosis import Contention, Diagnosis, HotLine, ImportCost, ModuleWork
from lifespan_cli.model.result import DiagnosedReport, DiagnosedTarget

LIVING: tuple[PhaseName, ...] = ("startup", "shutdown")
"""Phases in which awaits may be made concurrent."""
ASKING: tuple[PhaseName, ...] = ("import", "resolve")
"""Phases whose imports are the application's: a factory imports too."""


def diagnose(runs: tuple[Run, ...]) -> Diagnosis:
    """Where the time of these runs of one target went, at least one; in detail that of the representative one."""
    chosen = representative(runs)
    run = runs[chosen]
    contention = contention_of(run)
    costs = {name: import_costs(run, name) for name in _importing_phases(run)}
    return Diagnosis(
        representative=chosen,
        contention=contention,
        busy=tuple(busy_phases(run)),
        hot_lines=tuple(_hot_lines(run, costs, contention)),
        import_costs=costs,
        avoidable_imports=tuple(_avoidable_imports(run)),
        import_trees=tuple({name: import_tree(one, name) for name in _importing_phases(one)} for one in runs),
        module_work=tuple(_module_work(run)),
        blocks=tuple(loop_blocks(run, contention)),
        sequential_awaits=tuple(
            group
            for phase in run.phases
            if phase.name in LIVING and phase.status == "ok"
            for group in sequential_awaits(phase)
        ),
        outliers=outliers(runs),
    )


def diagnosed(target: Target) -> DiagnosedTarget:
    """A target with its diagnosis, and marked with what of that belongs into the report."""
    diagnosis = diagnose(target.runs)
    runs = tuple(
        replace(classified(run), representative=index == diagnosis.representative)
        for index, run in enumerate(target.runs)
    )
    hot_lines = tuple(line for line in diagnosis.hot_lines if line.critical)
    return DiagnosedTarget(replace(target, runs=runs, hot_lines=hot_lines), diagnosis)


def diagnosed_report(report: Report) -> DiagnosedReport:
    """The same for every target of a report."""
    targets = tuple(diagnosed(target) for target in report.targets)
    return DiagnosedReport(replace(report, targets=tuple(one.target for one in targets)), targets)


def _importing_phases(run: Run) -> tuple[PhaseName, ...]:
    """The phases in which there are imports, and those that do nothing else."""
    found = {entry.phase for entry in run.imports} | {phase.name for phase in run.phases if phase.name in IMPORTING}
    return tuple(name for name in PHASES if name in found)


def _hot_lines(run: Run, costs: dict[PhaseName, tuple[ImportCost, ...]], contention: Contention) -> Iterator[HotLine]:
    ready_ns = sum(phase.wall_ns for phase in run.phases if phase.name in UNTIL_UP)
    for phase in run.phases:
        if phase.name in IMPORTING:
            yield from import_lines(costs.get(phase.name, ()), phase.name, ready_ns)
        elif phase.name == "exit":
            yield from named(sampled_lines(phase, left_by(phase, contention)), run.leftovers)
        else:
            yield from sampled_lines(phase, left_by(phase, contention))


def _avoidable_imports(run: Run) -> Iterator[ImportCost]:
    """The libraries that a line of the application's asks for, but those that every such application loads."""
    application = run.application
    passed_over = FOUNDATIONS | ({application.type.partition(".")[0]} if application else set())
    users = {entry.file for entry in run.imports if entry.user} | {application.path if application else None}
    for phase in ASKING:
        for cost in import_costs(run, phase, passed_over):
            standard = cost.module.partition(".")[0] in sys.stdlib_module_names
            if not cost.user and not standard and cost.path is not None and cost.path in users:
                yield cost


def _module_work(run: Run) -> Iterator[ModuleWork]:
    for entry in run.imports:
        if entry.user and entry.phase in ASKING:
            work = module_work(run, entry, FOUNDATIONS)
            if work is not None:
                yield work
