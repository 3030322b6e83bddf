"""One target, from its plan to its verdict: so many runs, each in a fresh process, and what the rules find in them.

What is not needed to start the child is imported while it runs.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lifespan_cli import launch
from lifespan_cli.streams import to_stderr

if TYPE_CHECKING:
    from lifespan_cli.discover import Plan
    from lifespan_cli.model import Finding, Lifespan, Report, Run
    from lifespan_cli.model.events import Event
    from lifespan_cli.model.result import DiagnosedTarget
    from lifespan_cli.rules import Case
    from lifespan_cli.settings import Settings

OF_EVERY_RUN = ("LS0", "LS1", "LS209", "LS3", "LS4")
"""The rules that are asked about each run: what went wrong once went wrong. Costs are judged by the median run."""


class Watcher(Protocol):
    """What is shown every event while a child runs."""

    def see(self, event: "Event") -> None:
        """Take note of an event."""


class Children:
    """The processes that run at the moment, so that another thread can end them."""

    def __init__(self, signals: int = -1) -> None:
        self.signals = signals
        """What becomes readable when the user interrupts; -1 where nobody can."""
        self._running: set[launch.Child] = set()
        self._lock = threading.Lock()
        self._over = False

    @contextmanager
    def following(self, child: launch.Child) -> Iterator[None]:
        """Count the child among those that run."""
        with self._lock:
            self._running.add(child)
            if self._over:
                child.interrupt()
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(child)

    def interrupt(self) -> None:
        """End those that run, and those that come."""
        with self._lock:
            self._over = True
            for child in self._running:
                child.interrupt()

    @property
    def interrupted(self) -> bool:
        """No more are to be started."""
        return self._over


def judge(plan: "Plan", live: bool, baseline: "Report | None", children: Children) -> "tuple[DiagnosedTarget, bool]":
    """Run the plan as often as its settings ask, and judge what was seen; also whether the user interrupted it.

    No further run follows one that did not end well, or was interrupted: its finding would come again.
    """
    settings = plan.settings
    runs: list[Run] = []
    events: tuple[Event, ...] = ()
    interrupted = False
    for number in range(settings.warmup + settings.runs):
        events = _probe(plan, live, children, _label(plan, number))
        from lifespan_cli.analysis.run_builder import build_run, was_interrupted

        run, interrupted = build_run(events), was_interrupted(events)
        bad = interrupted or not run.ended_well()
        if number >= settings.warmup or bad:
            runs.append(run)
        if bad:
            break
    return _target(plan, tuple(runs), events, interrupted, baseline), interrupted


def _label(plan: "Plan", number: int) -> str:
    settings = plan.settings
    if settings.warmup + settings.runs == 1:
        return plan.target
    if number < settings.warmup:
        return f"{plan.target} warmup {number + 1}/{settings.warmup}"
    return f"{plan.target} run {number - settings.warmup + 1}/{settings.runs}"


def _target(
    plan: "Plan", runs: "tuple[Run, ...]", events: "tuple[Event, ...]", interrupted: bool, baseline: "Report | None"
) -> "DiagnosedTarget":
    from msgspec.structs import replace

    from lifespan_cli import servers
    from lifespan_cli.analysis.diagnosis import diagnosed
    from lifespan_cli.analysis.run_builder import environment
    from lifespan_cli.analysis.statistics import statistics
    from lifespan_cli.machine import machine
    from lifespan_cli.model import FAILING, Target
    from lifespan_cli.model.not_measured import off

    settings = plan.settings
    target = Target(
        target=plan.target,
        verdict="failed",
        lifespan="unknown",
        environment=environment(events, plan.python_reason, settings.backend, machine()),
        runs=runs,
        statistics=statistics(runs),
        findings=(),
        why=plan.why,
        fail_on=settings.fail_on,
    )
    found = diagnosed(target)
    judged_by = () if interrupted else tuple(code for code in _codes(settings) if not off(found.run, code))
    target = replace(found.target, lifespan=_lifespan(found.run), judged_by=judged_by)
    if interrupted:
        return replace(found, target=target)
    findings = tuple(_quoting(finding) for finding in _findings(found, plan, baseline))
    failed = any(finding.severity in FAILING[settings.fail_on] for finding in findings)
    target = replace(
        target,
        findings=findings,
        verdict="failed" if failed else "passed",
        servers=servers.outcomes(found.run, plan.module, plan.attribute or "", factory=plan.factory),
    )
    return replace(found, target=target)


def _quoting(finding: "Finding") -> "Finding":
    """The finding with its line and those before it."""
    from msgspec.structs import replace

    from lifespan_cli.model import SourceLine
    from lifespan_cli.sources import excerpt

    source = tuple(SourceLine(line, text) for line, text in excerpt(finding.path, finding.line))
    return replace(finding, source=source)


def _codes(settings: "Settings") -> list[str]:
    from lifespan_cli import rules

    return [rule.code for rule in rules.chosen(settings.select, settings.ignore)]


def _findings(judged: "DiagnosedTarget", plan: "Plan", baseline: "Report | None") -> "tuple[Finding, ...]":
    from lifespan_cli import rules
    from lifespan_cli.analysis.diagnosis import diagnose

    settings, target = plan.settings, judged.target
    case = _case(judged, plan, baseline)
    found = list(rules.apply(case, select=settings.select, ignore=settings.ignore))
    known = {(finding.code, finding.path, finding.line) for finding in found}
    for run in (run for run in target.runs if not run.representative):
        required = settings.lifespan == "on"
        other = rules.Case(target.target, run, diagnose((run,)), lifespan_required=required, backend=settings.backend)
        for finding in rules.apply(other, select=settings.select, ignore=settings.ignore):
            key = (finding.code, finding.path, finding.line)
            if finding.code.startswith(OF_EVERY_RUN) and key not in known:
                known.add(key)
                found.append(finding)
    order = [rule.code for rule in rules.RULES]
    return tuple(sorted(found, key=lambda finding: order.index(finding.code)))


def _case(judged: "DiagnosedTarget", plan: "Plan", baseline: "Report | None") -> "Case":
    from lifespan_cli import rules
    from lifespan_cli.analysis.baseline import Comparison, compare_with

    target, settings, compared = judged.target, plan.settings, Comparison()
    if baseline is not None:
        compared = compare_with(baseline, judged, max_regression=settings.max_regression, anyway=settings.baseline_any)
    return rules.Case(
        target.target,
        judged.run,
        judged.diagnosis,
        lifespan_required=settings.lifespan == "on",
        max_blocking_ns=settings.max_blocking_ns,
        backend=settings.backend,
        repeated=target.runs,
        budgets=rules.Budgets(
            import_ns=settings.max_import_ns,
            startup_ns=settings.max_startup_ns,
            shutdown_ns=settings.max_shutdown_ns,
            total_ns=settings.max_total_ns,
            cpu_ns=settings.max_cpu_ns,
            memory_bytes=settings.max_memory_bytes,
            modules=settings.max_modules,
            forbidden=settings.forbid_import,
        ),
        regressions=compared.regressions,
        not_compared=compared.hindrance,
        nearby=_nearby(plan, judged.run),
        comparable=compared.comparable,
    )


def _nearby(plan: "Plan", run: "Run") -> tuple[str, ...]:
    """What the module that was not found may be called in the folder that comes first on `sys.path`."""
    missing = next((failure.missing_module for failure in run.failures if failure.missing_module), None)
    if missing is None or not f"{plan.module}.".startswith(f"{missing}."):
        return ()
    from lifespan_cli.candidates import modules_like

    return modules_like(Path(plan.app_dir), missing)


def _lifespan(run: "Run") -> "Lifespan":
    startup = run.phase("startup")
    if startup is not None and startup.status == "unsupported":
        return "unsupported"
    outcomes = {"lifespan.startup.complete", "lifespan.startup.failed"}
    sent = any(message.direction == "send" and message.type in outcomes for message in run.messages)
    return "supported" if sent else "unknown"


def _probe(plan: "Plan", live: bool, children: Children, label: str) -> "tuple[Event, ...]":
    child = launch.spawn(_order(plan))
    child.signals = children.signals
    try:
        threading.Thread(target=get_ready, name="imports for later", daemon=True).start()
        with children.following(child), _watcher(plan.settings, live, label) as watching:
            see: Callable[[Event], None] = watching.see if watching else lambda _: None
            return launch.watch(child, see, polling=live)
    finally:
        child.close()


def get_ready() -> None:
    """Import what comes after the child's end. Whatever fails here fails again where it is needed.

    The command does so while the child runs. Where another program calls, in which the import of a module may do more
    (pytest parses each one of a plugin's distribution), it is to be done before, by one thread: CPython 3.11 builds a
    syntax tree correctly only while no other thread does so too (python/cpython#106905, pytest-dev/pytest#10763).
    """
    from lifespan_cli import machine, rules, servers
    from lifespan_cli.analysis import baseline, diagnosis, run_builder
    from lifespan_cli.output import text

    del run_builder, baseline, diagnosis, machine, rules, servers, text


def _watcher(settings: "Settings", live: bool, label: str) -> AbstractContextManager[Watcher | None]:
    if settings.show_output:
        from lifespan_cli.output.application_output import Output

        return nullcontext(Output(to_stderr))
    if live:
        from lifespan_cli.output.progress import Live

        return Live(sys.stderr, label, color=settings.color != "never", root=str(Path.cwd()))
    return nullcontext(None)


def _order(plan: "Plan") -> launch.Order:
    settings = plan.settings
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
        cwd=plan.cwd,
        request=settings.request,
        restart=settings.restart,
        blocking_ns=settings.max_blocking_ns or 0,
    )
