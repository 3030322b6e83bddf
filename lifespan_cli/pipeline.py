"""The corridor: Settings → Plans → Targets → Report. The whole program as a dozen lines, in order."""

import os
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lifespan_cli import configuration, discover, saved_reports, trial
from lifespan_cli.errors import UsageError
from lifespan_cli.launch.heeding import Heed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lifespan_cli.discover import Plan
    from lifespan_cli.model import Report
    from lifespan_cli.model.result import DiagnosedReport, DiagnosedTarget
    from lifespan_cli.model.types import ExitCode
    from lifespan_cli.settings import Settings


TICK_S = 0.05
"""How often Ctrl-C is looked for while several targets are checked at once."""


def check(target: str = "", **options: object) -> "Report":
    """Check one application and return the report; the options are the command line's, `startup_timeout="5s"` say.

    Without a target, one is looked for as on the command line. Variables and pyproject.toml count as they do there.
    Raises UsageError for a target or an option that cannot be, ToolError when the tool itself breaks; what is wrong
    with the application is in the report.
    """
    flags: Mapping[str, object] = {**options, **({"targets": (target,)} if target else {})}
    trial.get_ready()
    return run(configuration.load(flags, os.environ, Path.cwd()), apart=_in_a_loop()).report


def _in_a_loop() -> bool:
    """An event loop runs in this thread, where another one cannot."""
    asyncio, trio = sys.modules.get("asyncio"), sys.modules.get("trio")
    if trio is not None:
        try:
            trio.lowlevel.current_trio_token()
        except RuntimeError:  # trio's way to say that it does not run
            pass
        else:
            return True
    return asyncio is not None and asyncio._get_running_loop() is not None


def run(
    settings: "Settings", *, live: bool = False, cwd: Path | None = None, apart: bool = False, last: bool = False
) -> "DiagnosedReport":
    """Check every target that the settings name. `live` shows on stderr what goes on.

    `last` says that only the report comes after: once interrupted, no further Ctrl-C must cost it.
    An earlier report that they name is read instead. `cwd` is where the targets are looked for and run, instead of
    the current directory; `apart` keeps to threads of our own, so that this works inside a running event loop.
    """
    if settings.load is not None:
        return saved_reports.load(settings)
    _validate(settings)
    baseline = _baseline(settings)
    plans = discover.plans(settings, os.environ, cwd or Path.cwd())
    if cwd is not None:
        plans = tuple(replace(plan, cwd=str(cwd)) for plan in plans)
    at_once = min(settings.jobs, len(plans))
    in_a_row = at_once == 1 and not apart
    for plan in plans:
        _validate(plan.settings)
    with Heed(lasting=last) as heed:
        judged = _in_a_row(plans, live, baseline, heed) if in_a_row else _at_once(plans, at_once, baseline, heed)
        judged.interrupted = judged.interrupted or heed.pending()
    if judged.errors and not judged.targets:
        raise UsageError(judged.errors[0].removeprefix(f"{plans[0].target}: ") if len(plans) == 1 else judged.errors[0])
    return _conclude(judged)


def _validate(settings: "Settings") -> None:
    if settings.select or settings.ignore:
        from lifespan_cli import rules

        rules.validate_codes(settings.select, "--select")
        rules.validate_codes(settings.ignore, "--ignore")


def _baseline(settings: "Settings") -> "Report | None":
    if settings.baseline is None:
        return None
    from lifespan_cli.model import serialize

    return serialize.load(settings.baseline, "--baseline")


class Judged:
    """What comes together of the targets, one by one."""

    def __init__(self) -> None:
        self.targets: list[DiagnosedTarget] = []
        self.errors: list[str] = []
        self.interrupted = False

    def add(self, plan: "Plan", judge: "Callable[[], tuple[DiagnosedTarget, bool]]") -> None:
        """One more target. One that cannot be checked, for want of a package say, does not hide the others."""
        try:
            target, interrupted = judge()
        except UsageError as error:
            self.errors.append(f"{plan.target}: {error}")
        else:
            self.targets.append(target)
            self.interrupted = self.interrupted or interrupted


def _in_a_row(plans: "tuple[Plan, ...]", live: bool, baseline: "Report | None", heed: Heed) -> Judged:
    judged = Judged()
    children = trial.Children(heed.descriptor)
    for plan in plans:
        judged.add(plan, partial(trial.judge, plan, live, baseline, children))
        judged.interrupted = judged.interrupted or heed.pending()
        if judged.interrupted:
            break
    return judged


def _at_once(plans: "tuple[Plan, ...]", jobs: int, baseline: "Report | None", heed: Heed) -> Judged:
    """Several at a time, in threads of which none hears signals: Ctrl-C comes here, and ends the children."""
    from concurrent.futures import ThreadPoolExecutor, wait

    children = trial.Children()
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(trial.judge, plan, False, baseline, children) for plan in plans]
        while wait(futures, timeout=TICK_S).not_done:
            if heed.pending():
                for future in futures:
                    future.cancel()
                children.interrupt()
    judged = Judged()
    for plan, future in zip(plans, futures, strict=True):
        if not future.cancelled():
            judged.add(plan, future.result)
    judged.interrupted = children.interrupted
    return judged


def _conclude(judged: Judged) -> "DiagnosedReport":
    from lifespan_cli import __version__
    from lifespan_cli.model import SCHEMA_VERSION, Report
    from lifespan_cli.model.result import DiagnosedReport

    failed = bool(judged.errors) or any(one.target.verdict == "failed" for one in judged.targets)
    code: ExitCode = 2 if judged.errors else 1 if failed else 0
    report = Report(
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        verdict="failed" if failed else "passed",
        exit_code=130 if judged.interrupted else code,
        targets=tuple(one.target for one in judged.targets),
        interrupted=judged.interrupted,
        errors=tuple(judged.errors),
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )
    return DiagnosedReport(report, tuple(judged.targets))
