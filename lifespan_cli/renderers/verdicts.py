"""What is said of a target in one sentence, whatever the format."""

from collections import Counter

from lifespan_cli.analysis.statistics import WELL, representative
from lifespan_cli.model import SEVERITIES, Phase, PhaseName, Run, Target
from lifespan_cli.renderers.units import duration

_WENT = {"timeout": "ran out of time", "killed": "was killed", "interrupted": "was interrupted"}
_NOUNS = {"error": "error", "warning": "warning", "info": "note"}


def sentence(target: Target, *, unicode: bool = True) -> str:
    """What follows the verdict and the target's name, in our own words: ` starts in 1 s; 1 note`, or `: 2 errors`."""
    told = counts(target)
    if target.verdict == "failed":
        return f": {told}" if told else ""
    if told and target.lifespan == "unknown" and not any(run.phase("startup") for run in target.runs):
        return f" was not checked further: {told}, which --fail-on {target.fail_on} lets pass"
    return f" {praise(target, unicode=unicode)}" + (f"; {told}" if told else "")


def praise(target: Target, *, unicode: bool = True) -> str:
    """What can be said of a target that passed."""
    told = _time(target, "import", "imports in", unicode)
    bad = _went_wrong(target)
    if bad:
        return ", ".join([*told, f"though {bad}"])
    if target.lifespan == "unsupported":
        return ", ".join([*told, "has no lifespan: nothing runs at startup or shutdown"])
    told += _time(target, "startup", "starts in", unicode)
    if target.lifespan == "unknown":
        return ", ".join([*told, "did not say how its startup went"])
    return ", ".join([*told, *_time(target, "shutdown", "stops in", unicode)])


def went(phase: Phase, run: Run) -> str:
    """How a phase ended. One that the user ended is `killed` in the report; it is said to be interrupted."""
    interruption = run.interruption
    if phase.status == "killed" and interruption is not None and interruption.phase == phase.name:
        return "interrupted"
    return phase.status


def _went_wrong(target: Target) -> str:
    """What no rule that was asked for holds against it: `its startup failed`."""
    run = target.runs[representative(target.runs)] if target.runs else None
    phase = next((phase for phase in run.phases if phase.status not in WELL), None) if run else None
    if run is None or phase is None:
        return ""
    how = went(phase, run)
    return f"its {phase.name} {_WENT.get(how, how)}"


def counts(target: Target) -> str:
    """`1 error, 2 warnings`; empty without findings."""
    found = Counter(finding.severity for finding in target.findings)
    told = [(found[severity], _NOUNS[severity]) for severity in SEVERITIES if found[severity]]
    return ", ".join(f"{count} {noun}{'s' if count > 1 else ''}" for count, noun in told)


def wall_ns(target: Target, name: PhaseName) -> int | None:
    """The time of a phase that ended well, the median of several runs; None when there is none."""
    if len(target.runs) > 1 and name in target.statistics:
        return target.statistics[name].median_ns
    return _well(target.runs[representative(target.runs)], name) if target.runs else None


def _time(target: Target, name: PhaseName, verb: str, unicode: bool) -> list[str]:
    ns = wall_ns(target, name)
    return [] if ns is None else [f"{verb} {duration(ns, unicode=unicode)}"]


def _well(run: Run, name: PhaseName) -> int | None:
    phase = run.phase(name)
    return phase.wall_ns if phase is not None and phase.status == "ok" else None
