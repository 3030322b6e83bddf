"""The corridor: Settings → Plan → Order → events → Run → Findings → Report, in order and on the way once.

What is not needed to start the child is imported while it runs.
"""

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lifespan_cli import discover, launch
from lifespan_cli import settings as configuration
from lifespan_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lifespan_cli.discover import Plan
    from lifespan_cli.events import Event
    from lifespan_cli.report import Finding, Lifespan, Report, Run, Target
    from lifespan_cli.settings import Settings


class Watcher(Protocol):
    """What is shown every event while a child runs."""

    def see(self, event: "Event") -> None:
        """Take note of an event."""


def check(target: str = "", **options: object) -> "Report":
    """Check one application and return the report; the options are the command line's, `startup_timeout="5s"` say.

    Without a target, one is looked for as on the command line. Variables and pyproject.toml count as they do there.
    Raises UsageError for a target or an option that cannot be, ToolError when the tool itself breaks; what is wrong
    with the application is in the report.
    """
    flags: Mapping[str, object] = {**options, **({"targets": (target,)} if target else {})}
    return run(configuration.load(flags, os.environ, Path.cwd()))


def run(settings: "Settings", *, live: bool = False) -> "Report":
    """Check every target that the settings name, one after another. `live` shows on stderr what goes on.

    An earlier report that they name is read instead.
    """
    if settings.load is not None:
        return _earlier(settings.load, settings)
    _validate(settings)
    targets: list[Target] = []
    interrupted = False
    for plan in discover.plans(settings, os.environ, Path.cwd()):
        target, interrupted = _check(plan, settings, live)
        targets.append(target)
        if interrupted:
            break
    return _conclude(tuple(targets), interrupted)


def _earlier(path: Path, settings: "Settings") -> "Report":
    from lifespan_cli import saved

    if settings.targets and settings.targets_from is None:
        raise UsageError(f"--load runs nothing, so it takes no target; leave out {settings.targets[0]!r}, or --load")
    return saved.read(path)


def _validate(settings: "Settings") -> None:
    if settings.select or settings.ignore:
        from lifespan_cli import rules

        rules.validate_codes(settings.select, "--select")
        rules.validate_codes(settings.ignore, "--ignore")


def _check(plan: "Plan", settings: "Settings", live: bool) -> "tuple[Target, bool]":
    events = _probe(plan, settings, live)
    from lifespan_cli import assemble, rules
    from lifespan_cli.baseline import statistics
    from lifespan_cli.report import Target

    run = assemble.assemble(events)
    interrupted = assemble.interrupted(events)
    case = rules.Case(
        plan.target,
        run,
        lifespan_required=settings.lifespan == "on",
        max_blocking_ns=settings.max_blocking_ns,
        backend=settings.backend,
    )
    findings = () if interrupted else rules.apply(case, select=settings.select, ignore=settings.ignore)
    failed = interrupted or any(_fails(finding, settings.fail_on) for finding in findings)
    target = Target(
        target=plan.target,
        verdict="failed" if failed else "passed",
        lifespan=_lifespan(run),
        environment=assemble.environment(events, plan.python_reason, settings.backend),
        runs=(run,),
        statistics=statistics((run,)),
        findings=findings,
        why=plan.why,
        judged_by=() if interrupted else tuple(rule.code for rule in rules.chosen(settings.select, settings.ignore)),
        fail_on=settings.fail_on,
    )
    return target, interrupted


def _probe(plan: "Plan", settings: "Settings", live: bool) -> "tuple[Event, ...]":
    child = launch.spawn(_order(plan, settings))
    try:
        watcher = _watcher(plan, settings, live)
    except BaseException:
        child.close()
        raise
    with watcher as watching:
        see: Callable[[Event], None] = watching.see if watching else lambda _: None
        return launch.watch(child, see, polling=live)


def _watcher(plan: "Plan", settings: "Settings", live: bool) -> AbstractContextManager[Watcher | None]:
    if settings.show_output:
        from lifespan_cli.renderers.output import Output

        return nullcontext(Output(sys.stderr))
    if live:
        from lifespan_cli.renderers.live import Live

        return Live(sys.stderr, plan.target, color=settings.color != "never", root=str(Path.cwd()))
    return nullcontext(None)


def _order(plan: "Plan", settings: "Settings") -> launch.Order:
    return launch.Order(
        python=plan.python,
        target=plan.target,
        module=plan.module,
        attribute=plan.attribute or "",
        factory=plan.factory,
        app_dir=plan.app_dir,
        preload=settings.preload,
        backend=settings.backend,
        hold_ns=settings.hold_ns,
        limit_ns=settings.limit_ns,
        env=plan.env,
    )


def _lifespan(run: "Run") -> "Lifespan":
    startup = run.phase("startup")
    if startup is not None and startup.status == "unsupported":
        return "unsupported"
    outcomes = {"lifespan.startup.complete", "lifespan.startup.failed"}
    sent = any(message.direction == "send" and message.type in outcomes for message in run.messages)
    return "supported" if sent else "unknown"


def _fails(finding: "Finding", fail_on: str) -> bool:
    return finding.severity in {"error": ("error",), "warning": ("error", "warning"), "never": ()}[fail_on]


def _conclude(targets: "tuple[Target, ...]", interrupted: bool) -> "Report":
    from lifespan_cli import __version__
    from lifespan_cli.report import SCHEMA_VERSION, Report

    failed = any(target.verdict == "failed" for target in targets)
    return Report(
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        verdict="failed" if failed else "passed",
        exit_code=130 if interrupted else 1 if failed else 0,
        targets=targets,
        interrupted=interrupted,
    )
