"""LS201, LS202, LS211, LS212: what was asked of an application's cost, and the comparison with an earlier report."""

from collections.abc import Iterable, Iterator
from statistics import median

from lifespan_cli.baseline import Regression
from lifespan_cli.diagnosis import costs, import_costs, steps
from lifespan_cli.report import Finding, Import, PhaseName, Run
from lifespan_cli.rules.rule import Case, Place, Rule
from lifespan_cli.rules.wording import bounded, code, lasting, place

UNTIL_UP: tuple[PhaseName, ...] = ("import", "resolve", "startup")
WHOLE: tuple[PhaseName, ...] = (*UNTIL_UP, "shutdown")
MEGABYTE = 1_000_000


def _over_budget(case: Case) -> Iterable[Finding]:
    budgets = case.budgets
    for name in ("import", "startup", "shutdown"):
        limit_ns = {"import": budgets.import_ns, "startup": budgets.startup_ns, "shutdown": budgets.shutdown_ns}[name]
        yield from _over_time(case, name, (name,), limit_ns, (name,))
    yield from _over_time(case, "start and stop together", WHOLE, budgets.total_ns, UNTIL_UP)
    cpu_ns = _median(case, lambda run: _sum(phase.cpu_ns for phase in run.phases if phase.name in UNTIL_UP))
    if budgets.cpu_ns is not None and cpu_ns is not None and cpu_ns > budgets.cpu_ns:
        over = f"{lasting(cpu_ns)} of CPU time until startup is complete, {lasting(cpu_ns - budgets.cpu_ns)}"
        yield from _over(case, f"{over} over the budget of {lasting(budgets.cpu_ns)}", "--max-cpu", UNTIL_UP)
    grown = _median(case, lambda run: _sum(phase.rss_delta_bytes for phase in run.phases if phase.name in UNTIL_UP))
    limit = budgets.memory_bytes
    if limit is not None and grown is not None and grown > limit:
        message = f"memory grows by {grown / MEGABYTE:.1f} MB until startup is complete, over the budget of"
        yield from _over(case, f"{message} {limit / MEGABYTE:.1f} MB", "--max-memory", ())


def _over_time(
    case: Case, what: str, phases: tuple[PhaseName, ...], limit_ns: int | None, blamed: tuple[PhaseName, ...]
) -> Iterator[Finding]:
    wall_ns = _median(case, lambda run: _sum(phase.wall_ns for phase in run.phases if phase.name in phases))
    if limit_ns is None or wall_ns is None or wall_ns <= limit_ns:
        return
    option = f"--max-{what}" if len(phases) == 1 else "--max-total"
    verb = "takes" if len(phases) == 1 else "take"
    over = f"{what} {verb} {lasting(wall_ns)}, {lasting(wall_ns - limit_ns)} over the budget of {lasting(limit_ns)}"
    yield from _over(case, over, option, blamed)


def _over(case: Case, message: str, option: str, blamed: tuple[PhaseName, ...]) -> Iterator[Finding]:
    dearest = max((cost for name in blamed for cost in _dearest(case.run, name)), default=None, key=lambda one: one[0])
    runs = f" (median of {len(case.runs)} runs)" if len(case.runs) > 1 else ""
    if dearest is None:
        yield OVER_BUDGET.finding(message + runs, hint=f"Spend less, or raise {option}.", phase=None)
        return
    wall_ns, label, where, phase = dearest
    yield OVER_BUDGET.finding(
        f"{message}{runs}; most of it went into {label}, {lasting(wall_ns)}",
        hint=f"Begin with the line named here, or raise {option} if it is worth that.",
        phase=phase,
        at=where,
    )


def _dearest(run: Run, name: PhaseName) -> Iterator[tuple[int, str, Place, PhaseName]]:
    """The dearest import or line of a phase: its time in ns, what it is, and where."""
    if name == "import":
        for cost in import_costs(run, name)[:1]:
            yield cost.wall_ns, f"importing {cost.module}", Place(cost.path, cost.line), name
        return
    phase = run.phase(name)
    for step in costs(steps(phase))[:1] if phase else ():
        yield step.own_ns, code(step.source) if step.source else step.function, Place(step.path, step.line), name


def _median(case: Case, measure: "object") -> int | None:
    values = [value for value in (measure(run) for run in case.runs) if value is not None]  # type: ignore[operator]
    return round(median(values)) if values else None


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _slower(case: Case) -> Iterable[Finding]:
    if case.not_compared:
        yield SLOWER_THAN_BASELINE.finding(
            f"not compared with the baseline: {case.not_compared}",
            hint="Make a baseline here with --save-baseline, or compare all the same with --baseline-any.",
            phase=None,
            severity="info",
        )
    for regression in case.regressions:
        yield SLOWER_THAN_BASELINE.finding(
            _grown(regression),
            hint="Look at what grew; if it is meant to, save a new baseline with --save-baseline.",
            phase=regression.phase,
            at=regression.causes[0] if regression.causes else None,
        )


def _grown(regression: Regression) -> str:
    before_ns, after_ns = regression.before_ns, regression.after_ns
    share = f", {100 * (after_ns - before_ns) / before_ns:.0f} %" if before_ns else ""
    message = f"{regression.phase} +{lasting(after_ns - before_ns)} ({lasting(before_ns)} → {lasting(after_ns)}{share})"
    causes = [
        f"{bounded(cause.label, 80)}{_at(cause.path, cause.line)} +{lasting(cause.grown_ns)}"
        for cause in regression.causes
    ]
    return f"{message}: {', '.join(causes)}" if causes else message


def _at(path: str | None, line: int | None) -> str:
    return f" {place(path, line)}" if path is not None else ""


def _forbidden(case: Case) -> Iterable[Finding]:
    for name in case.budgets.forbidden:
        found = [entry for entry in _loaded(case.run) if entry.module == name or entry.module.startswith(f"{name}.")]
        if found:
            first = found[0]
            chain = " → ".join(reversed([*_parents(case.run, first)][:4]))
            yield FORBIDDEN_IMPORT.finding(
                f"{name} is loaded in {first.phase}, {lasting(first.total_ns)}: {chain}",
                hint=f"Import {name} in the function that needs it, or in the process that does.",
                phase=first.phase,
                at=first,
            )


def _parents(run: Run, entry: Import) -> Iterator[str]:
    """The module and those that led to it, innermost first."""
    by_name = {other.module: other for other in reversed(run.imports)}
    seen: set[str] = set()
    module: str | None = entry.module
    while module is not None and module not in seen:
        seen.add(module)
        yield bounded(module, 80)
        module = by_name[module].parent if module in by_name else None


def _loaded(run: Run) -> list[Import]:
    return [entry for entry in run.imports if entry.phase in UNTIL_UP and not entry.failed]


def _too_many(case: Case) -> Iterable[Finding]:
    limit = case.budgets.modules
    loaded = _loaded(case.run)
    if limit is None or len(loaded) <= limit:
        return
    ranking = sorted(import_costs(case.run, "import"), key=lambda cost: -cost.modules)[:3]
    most = ", ".join(f"{cost.module} {cost.modules}" for cost in ranking)
    yield TOO_MANY_MODULES.finding(
        f"{len(loaded)} modules are loaded until startup is complete, {len(loaded) - limit} over the budget of {limit}"
        + (f"; most come with {most}" if most else ""),
        hint="Import what few starts need where it is used, or raise --max-modules.",
        phase="import",
        at=Place(ranking[0].path, ranking[0].line) if ranking else None,
    )


OVER_BUDGET = Rule(
    code="LS201",
    slug="over-budget",
    severity="error",
    summary="A phase, or all of them, cost more time, CPU time or memory than was allowed.",
    explanation="""\
Startups grow by a little with each change, and nobody sees when. A budget stops the change that goes past it. Of
several runs the median counts. CPU time, memory and the number of modules vary little from run to run; wall time does,
so give it room, or runs (`--runs 5`).

Begin with what the finding names as the dearest; raise the budget when it is worth it.""",
    source="not a rule of ASGI: `--max-import` to `--max-memory`",
    bad="""\
# lifespan-check --max-startup 100ms
import asyncio


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await asyncio.sleep(0.3)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
# lifespan-check --max-startup 100ms
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_over_budget,
)

SLOWER_THAN_BASELINE = Rule(
    code="LS202",
    slug="slower-than-baseline",
    severity="error",
    summary="A phase became slower than in the report that was saved as a baseline.",
    explanation="""\
The baseline is an earlier JSON report of the same target. With three runs or more on each side a phase counts as slower
when its median grew by 15 %, or by more where the runs scatter more, and by 20 ms, and when no run is as quick as the
typical one before. With fewer runs noise cannot be told from change: only what grew by 25 % and by 50 ms counts.

A baseline of another machine, interpreter or event loop says nothing: it is not compared unless --baseline-any is
given.""",
    source="not a rule of ASGI: `--baseline`, `--max-regression`",
    bad="""\
# lifespan-check --baseline before.json, saved without the second line of the startup
import asyncio


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await asyncio.sleep(0.3)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
# lifespan-check --baseline before.json
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_slower,
)

FORBIDDEN_IMPORT = Rule(
    code="LS211",
    slug="forbidden-import",
    severity="error",
    summary="A module is loaded until startup is complete that must not be.",
    explanation="""\
Some libraries take seconds to import and hundreds of megabytes, and come in through a convenience somewhere. Forbidding
them is the budget that never flakes: either the module is loaded or it is not.

The finding names the statement that asked for it, and the modules that led there.""",
    source="not a rule of ASGI: `--forbid-import`",
    bad="""\
# lifespan-check --forbid-import decimal
import decimal


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
# lifespan-check --forbid-import decimal
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_forbidden,
)

TOO_MANY_MODULES = Rule(
    code="LS212",
    slug="too-many-modules",
    severity="error",
    summary="More modules are loaded until startup is complete than were allowed.",
    explanation="""\
Each module costs a file to find, to read and to execute, the more the colder the disk: in a container that was just
started they make most of the start. Their number is the same on every machine, and so a budget that does not flake.

Import what few starts need in the function that uses it.""",
    source="not a rule of ASGI: `--max-modules`",
    bad="""\
# lifespan-check --max-modules 5
import email.mime.multipart


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
# lifespan-check --max-modules 5
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_too_many,
)
