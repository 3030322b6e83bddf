"""How a phase ended, and its time."""

from lifespan_cli.model import Phase, PhaseName, Run
from lifespan_cli.model.result import DiagnosedTarget

NOT_THE_APPS = {"boot": "the interpreter", "preload": "--preload", "runtime": "this tool"}
"""Phases that are not charged to the application, and whose they are."""


def went(phase: Phase, run: Run) -> str:
    """How a phase ended. One that the user ended is `killed` in the report; it is said to be interrupted."""
    interruption = run.interruption
    if phase.status == "killed" and interruption is not None and interruption.phase == phase.name:
        return "interrupted"
    return phase.status


def wall_ns(judged: DiagnosedTarget, name: PhaseName) -> int | None:
    """The wall time in ns of a phase that ended well, the median of several runs; None when there is none."""
    target = judged.target
    if len(target.runs) > 1 and name in target.statistics:
        return target.statistics[name].median_ns
    return _well(judged.run, name)


def _well(run: Run, name: PhaseName) -> int | None:
    phase = run.phase(name)
    return phase.wall_ns if phase is not None and phase.status == "ok" else None
