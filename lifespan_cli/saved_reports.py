"""Reports that --output-format json wrote: one shown again, or two compared. Nothing runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lifespan_cli.errors import UsageError
from lifespan_cli.settings import OPTIONS

if TYPE_CHECKING:
    from lifespan_cli.analysis.baseline import Comparison
    from lifespan_cli.model.result import DiagnosedReport, DiagnosedTarget
    from lifespan_cli.model.types import ExitCode, Verdict
    from lifespan_cli.settings import Settings

_OF_A_COMPARISON = ("baseline", "max_regression", "baseline_any")
_SLOWER = "LS202"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two saved reports, and by target what keeps the earlier one from being a fair measure of the later one."""

    before: "DiagnosedReport"
    after: "DiagnosedReport"
    before_path: Path
    after_path: Path
    notes: Mapping[str, str]

    def title(self, root: Path) -> str:
        """`before: old.json, after: new.json`, with paths relative to `root`."""
        before, after = (
            path.relative_to(root) if path.is_relative_to(root) else path
            for path in (self.before_path, self.after_path)
        )
        return f"before: {before}, after: {after}"


def compares(settings: "Settings") -> bool:
    """Whether two saved reports are to be compared. A baseline that a project always uses is no reason to."""
    return settings.load is not None and settings.sources.get("baseline", "").startswith("--")


def load(settings: "Settings") -> "DiagnosedReport":
    """The report of --load; with --baseline and --max-regression judged by that share.

    Raises UsageError for what is no report, and for options that have no effect.
    """
    if compares(settings):
        return compare(settings).after
    return _loaded(settings)


def compare(settings: "Settings") -> Pair:
    """The reports of --baseline and --load. Raises UsageError as `load` does, and where they have no target in common.

    Where --max-regression is given, what became slower by more is a finding of the later one, and no other LS202 is.
    """
    from lifespan_cli.analysis.baseline import compare_with
    from lifespan_cli.analysis.diagnosis import diagnosed_report
    from lifespan_cli.model import serialize

    if settings.baseline is None or settings.load is None:
        raise AssertionError("compares() was not asked")
    after = _loaded(settings)
    before = diagnosed_report(serialize.load(settings.baseline, "--baseline"))
    theirs, ours = ({one.target.target: None for one in result.targets} for result in (before, after))
    if not theirs.keys() & ours.keys():
        raise UsageError(
            f"there is nothing to compare: the targets of --baseline are {', '.join(theirs) or 'none'}, "
            f"those of --load {', '.join(ours) or 'none'}"
        )
    notes, judged = {}, []
    for one in after.targets:
        compared = compare_with(
            before.report, one, max_regression=settings.max_regression, anyway=settings.baseline_any
        )
        judged.append(one if settings.max_regression is None else _judged(one, compared))
        if compared.hindrance and settings.max_regression is None:
            notes[one.target.target] = compared.hindrance
    return Pair(before, _concluded(after, judged), settings.baseline, settings.load, notes)


def _loaded(settings: "Settings") -> "DiagnosedReport":
    from lifespan_cli.analysis.diagnosis import diagnosed_report
    from lifespan_cli.model import serialize

    if settings.targets and settings.targets_from is None:
        raise UsageError(f"--load runs nothing, so it takes no target; leave out {settings.targets[0]!r}, or --load")
    effective = ("save_baseline", *(_OF_A_COMPARISON if compares(settings) else ()))
    for field, source in settings.sources.items():
        if source.startswith("--") and OPTIONS[field].panel != "Output" and field not in effective:
            raise UsageError(f"--load runs and judges nothing, so {source} has no effect; leave it out, or --load")
    if settings.load is None:
        raise AssertionError("there is no --load")
    return diagnosed_report(serialize.load(settings.load))


def _judged(judged: "DiagnosedTarget", compared: "Comparison") -> "DiagnosedTarget":
    """The target with what became slower among its findings, and its verdict by them."""
    from msgspec.structs import replace

    from lifespan_cli import rules
    from lifespan_cli.model import FAILING

    target = judged.target
    case = rules.Case(
        target.target,
        judged.run,
        judged.diagnosis,
        repeated=target.runs,
        regressions=compared.regressions,
        not_compared=compared.hindrance,
        comparable=compared.comparable,
    )
    others = [finding for finding in target.findings if finding.code != _SLOWER]
    found = sorted([*others, *rules.apply(case, select=(_SLOWER,))], key=lambda finding: finding.code)
    failing = FAILING[target.fail_on]
    # one that failed without a finding, as an interrupted one does, has not come to pass by being compared
    failed = any(finding.severity in failing for finding in found) or (
        target.verdict == "failed" and not any(finding.severity in failing for finding in target.findings)
    )
    verdict: Verdict = "failed" if failed else "passed"
    return replace(judged, target=replace(target, findings=tuple(found), verdict=verdict))


def _concluded(after: "DiagnosedReport", judged: "list[DiagnosedTarget]") -> "DiagnosedReport":
    """The report with its targets judged anew; an exit code that says more than passed or failed stays."""
    from msgspec.structs import replace

    targets = tuple(one.target for one in judged)
    failed = bool(after.report.errors) or any(target.verdict == "failed" for target in targets)
    code: ExitCode = after.report.exit_code
    if code in (0, 1):
        code = 1 if failed else 0
    verdict: Verdict = "failed" if failed else "passed"
    report = replace(after.report, targets=targets, verdict=verdict, exit_code=code)
    return replace(after, report=report, targets=tuple(judged))
