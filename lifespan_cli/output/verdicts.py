"""What is said of a target in one sentence, whatever the format."""

from collections import Counter

from lifespan_cli.model import SEVERITIES, WELL, Phase, PhaseName, Run, Target
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output.units import duration

_WENT = {"timeout": "ran out of time", "killed": "was killed", "interrupted": "was interrupted"}
_NOUNS = {"error": "error", "warning": "warning", "info": "note"}


def sentence(judged: DiagnosedTarget, *, unicode: bool = True) -> str:
    """What follows the verdict and the target's name, in our own words: ` starts in 1 s; 1 note`, or `: 2 errors`."""
    target = judged.target
    told = counts(target)
    if target.verdict == "failed":
        return f": {told}" if told else ""
    if told and target.lifespan == "unknown" and not any(run.phase("startup") for run in target.runs):
        return f" was not checked further: {told}, which --fail-on {target.fail_on} lets pass"
    return f" {praise(judged, unicode=unicode)}" + (f"; {told}" if told else "")


def praise(judged: DiagnosedTarget, *, unicode: bool = True) -> str:
    """What can be said of a target that passed."""
    lifespan = judged.target.lifespan
    told = _time(judged, "import", "imports in", unicode)
    bad = _went_wrong(judged.run)
    if bad:
        return ", ".join([*told, f"though {bad}"])
    if lifespan == "unsupported":
        return ", ".join([*told, "has no lifespan: nothing runs at startup or shutdown"])
    told += _time(judged, "startup", "starts in", unicode)
    if lifespan == "unknown":
        return ", ".join([*told, "did not say how its startup went"])
    return ", ".join([*told, *_time(judged, "shutdown", "stops in", unicode)])


def went(phase: Phase, run: Run) -> str:
    """How a phase ended. One that the user ended is `killed` in the report; it is said to be interrupted."""
    interruption = run.interruption
    if phase.status == "killed" and interruption is not None and interruption.phase == phase.name:
        return "interrupted"
    return phase.status


def _went_wrong(run: Run) -> str:
    """What no rule that was asked for holds against it: `its startup failed`."""
    phase = next((phase for phase in run.phases if phase.status not in WELL), None)
    if phase is None:
        return ""
    how = went(phase, run)
    return f"its {phase.name} {_WENT.get(how, how)}"


def counts(target: Target) -> str:
    """`1 error, 2 warnings`; empty without findings."""
    found = Counter(finding.severity for finding in target.findings)
    told = [(found[severity], _NOUNS[severity]) for severity in SEVERITIES if found[severity]]
    return ", ".join(f"{count} {noun}{'s' if count > 1 else ''}" for count, noun in told)


def wall_ns(judged: DiagnosedTarget, name: PhaseName) -> int | None:
    """The time of a phase that ended well, the median of several runs; None when there is none."""
    target = judged.target
    if len(target.runs) > 1 and name in target.statistics:
        return target.statistics[name].median_ns
    return _well(judged.run, name)


def _time(judged: DiagnosedTarget, name: PhaseName, verb: str, unicode: bool) -> list[str]:
    ns = wall_ns(judged, name)
    return [] if ns is None else [f"{verb} {duration(ns, unicode=unicode)}"]


def _well(run: Run, name: PhaseName) -> int | None:
    phase = run.phase(name)
    return phase.wall_ns if phase is not None and phase.status == "ok" else None
