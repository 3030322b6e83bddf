"""How a phase ended, and its time."""

from lifespan_cli.model import Phase, PhaseName, Run
from lifespan_cli.model.result import DiagnosedTarget

NOT_CHARGED = {"boot": "the interpreter", "preload": "--preload", "runtime": "this tool"}
"""Phases that are not charged to the application, and whose they are."""
_STATUS = {"timeout": "timed out", "unsupported": "not supported"}


def status_words(status: str, *, verb: bool = False) -> str:
    """`timed out`; with `verb` what may follow the name of a phase: `was killed`."""
    return "was killed" if verb and status == "killed" else _STATUS.get(status, status)


def status_of(phase: Phase, run: Run) -> str:
    """The status of a phase as it is shown: one that the user interrupted is `killed` in the report."""
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
