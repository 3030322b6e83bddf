"""LS201, LS202, LS211, LS212: what was asked of an application's cost, and the comparison with an earlier report."""

from collections.abc import Callable, Iterable, Iterator
from statistics import median
from typing import NamedTuple

from lifespan_cli.model import UNTIL_UP, Finding, Import, Phase, PhaseName, Run
from lifespan_cli.model.diagnosis import Regression
from lifespan_cli.model.not_measured import off
from lifespan_cli.rules.rule import Case, Place, Rule, not_judged
from lifespan_cli.rules.wording import bounded, code, lasting, place

LONGEST_CHAIN = 4
WHOLE: tuple[PhaseName, ...] = (*UNTIL_UP, "shutdown")


class Spent(NamedTuple):
    """What one import or one line of a phase cost: the time of the clock, or that of the processor."""

    ns: int
    label: str
    place: Place
    phase: PhaseName


def _over_budget(case: Case) -> Iterator[Finding]:
    budgets = case.budgets
    yield from _over_time(case, "import takes", ("import",), budgets.import_ns, "--max-import")
    yield from _over_time(case, "startup takes", ("startup",), budgets.startup_ns, "--max-startup")
    yield from _over_time(case, "shutdown takes", ("shutdown",), budgets.shutdown_ns, "--max-shutdown")
    yield from _over_time(case, "start and stop together take", WHOLE, budgets.total_ns, "--max-total")
    yield from _over_cpu(case, budgets.cpu_ns)
    yield from _over_memory(case, budgets.memory_bytes)


def _over_time(
    case: Case, what: str, phases: tuple[PhaseName, ...], limit_ns: int | None, option: str
) -> Iterator[Finding]:
    wall_ns = _median(case, phases, lambda phase: phase.wall_ns)
    if limit_ns is not None and wall_ns is not None and wall_ns > limit_ns:
        over = f"{what} {lasting(wall_ns)}, {lasting(wall_ns - limit_ns)} over the budget of {lasting(limit_ns)}"
        yield _over(case, over, option, (spent for name in phases for spent in _spent(case, name)))


def _over_cpu(case: Case, limit_ns: int | None) -> Iterator[Finding]:
    cpu_ns = _median(case, UNTIL_UP, lambda phase: phase.cpu_ns)
    if limit_ns is not None and _is_unknown(case, lambda phase: phase.cpu_ns):
        yield not_judged(OVER_BUDGET, "--max-cpu", "this system does not tell what CPU time the process uses")
    elif limit_ns is not None and cpu_ns is not None and cpu_ns > limit_ns:
        over = f"{lasting(cpu_ns - limit_ns)} over the budget of {lasting(limit_ns)}"
        message = f"{lasting(cpu_ns)} of CPU time until startup is complete, {over}"
        spent = (spent for name in UNTIL_UP for spent in _spent(case, name, of_cpu=True))
        yield _over(case, message, "--max-cpu", spent)


def _over_memory(case: Case, limit: int | None) -> Iterator[Finding]:
    grown = _median(case, UNTIL_UP, lambda phase: phase.rss_delta_bytes)
    if limit is not None and _is_unknown(case, lambda phase: phase.rss_delta_bytes):
        yield not_judged(OVER_BUDGET, "--max-memory", "this system does not tell what memory the process has")
    elif limit is not None and grown is not None and grown > limit:
        message = f"memory grows by {_megabytes(grown)} until startup is complete, {_megabytes(grown - limit)}"
        yield _over(case, f"{message} over the budget of {_megabytes(limit)}", "--max-memory", ())


def _megabytes(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    if count < 999_500:
        return f"{count / 1000:.3g} kB"
    return f"{count / 1_000_000:.3g} MB" if count < 999_500_000 else f"{count / 1_000_000:.0f} MB"


def _over(case: Case, message: str, option: str, spent: Iterable[Spent]) -> Finding:
    runs = f" (median of {len(case.runs)} runs)" if len(case.runs) > 1 else ""
    dearest = max(spent, default=None, key=lambda one: one.ns)
    if dearest is None:
        return OVER_BUDGET.finding(message + runs, hint=f"Spend less, or raise {option}.", phase=None)
    return OVER_BUDGET.finding(
        f"{message}{runs}; the dearest is {dearest.label}, {lasting(dearest.ns)}",
        hint=f"Begin with the line named here, or raise {option} if it is worth that.",
        phase=dearest.phase,
        at=dearest.place,
    )


def _spent(case: Case, name: PhaseName, *, of_cpu: bool = False) -> Iterator[Spent]:
    """What the imports, or the lines, of a phase cost."""
    for line in case.diagnosis.lines(name):
        label = code(line.what) if line.function else f"importing {bounded(line.what, 80)}"
        yield Spent(line.cpu_ns if of_cpu else line.wall_ns, label, Place(line.path, line.line), name)


def _median(case: Case, phases: tuple[PhaseName, ...], measure: Callable[[Phase], int | None]) -> int | None:
    """The median, over the runs in which these phases ended well, of what they cost together."""
    totals = []
    for run in case.runs:
        known = [value for phase in run.phases if phase.name in phases and (value := measure(phase)) is not None]
        if known and run.ended_well(phases):
            totals.append(sum(known))
    return round(median(totals)) if totals else None


def _is_unknown(case: Case, measure: Callable[[Phase], int | None]) -> bool:
    """In a run that came up some phase's cost was not measured."""
    runs = [run for run in case.runs if run.ended_well(UNTIL_UP)]
    return any(measure(phase) is None for run in runs for phase in run.phases if phase.name in UNTIL_UP)


_WAY_OUT = {
    True: "Make a baseline here with --save-baseline, or compare all the same with --baseline-any.",
    False: "Make a baseline of a start that comes up with --save-baseline.",
}


def _slower(case: Case) -> Iterable[Finding]:
    if case.not_compared:
        yield SLOWER_THAN_BASELINE.finding(
            f"not compared with the baseline: {case.not_compared}",
            hint=_WAY_OUT[case.comparable],
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
    share = f", +{100 * (after_ns - before_ns) / before_ns:.0f} %" if before_ns else ""
    message = f"{regression.phase} +{lasting(after_ns - before_ns)} ({lasting(before_ns)} → {lasting(after_ns)}{share})"
    causes = [
        f"{bounded(cause.label, 80)}{_at(cause.path, cause.line)} +{lasting(cause.grown_ns)}"
        for cause in regression.causes
    ]
    return f"{message}: {', '.join(causes)}" if causes else message


def _at(path: str | None, line: int | None) -> str:
    return f" {place(path, line)}" if path is not None else ""


def _forbidden(case: Case) -> Iterable[Finding]:
    unknown = off(case.run, FORBIDDEN_IMPORT.code)
    if case.budgets.forbidden and unknown:
        yield not_judged(FORBIDDEN_IMPORT, "--forbid-import", unknown)
        return
    for name in case.budgets.forbidden:
        found = [entry for entry in _loaded(case.run) if entry.module == name or entry.module.startswith(f"{name}.")]
        if found:
            first = found[0]
            asked, chain = _led_to(case.run, first)
            yield FORBIDDEN_IMPORT.finding(
                f"{name} is loaded in {first.phase}, {lasting(first.total_ns)}: {' → '.join(chain)}",
                hint=f"Import {bounded(asked.module, 80)} in the function that needs it, or in the process that does.",
                phase=first.phase,
                at=asked,
            )


def _led_to(run: Run, entry: Import) -> tuple[Import, list[str]]:
    """The import that the user's own line asked for, and the modules from the user's down to `entry`.

    Where none of the user's modules led there, it is `entry` itself, and the last ones that did.
    """
    led = [entry, *_parents(run, entry)]
    for number, parent in enumerate(led[1:]):
        if parent.user:
            names = [bounded(one.module, 80) for one in reversed(led[: number + 2])]
            return led[number], names if len(names) <= LONGEST_CHAIN else [*names[:2], "…", *names[-2:]]
    return entry, [bounded(one.module, 80) for one in reversed(led[:LONGEST_CHAIN])]


def _parents(run: Run, entry: Import) -> Iterator[Import]:
    """The imports that led to one, innermost first."""
    by_name = {other.module: other for other in reversed(run.imports)}
    seen = {entry.module}
    while entry.parent in by_name and entry.parent not in seen:
        entry = by_name[entry.parent]
        seen.add(entry.module)
        yield entry


def _loaded(run: Run) -> list[Import]:
    return [entry for entry in run.imports if entry.phase in UNTIL_UP and not entry.failed]


def _too_many(case: Case) -> Iterable[Finding]:
    limit = case.budgets.modules
    unknown = off(case.run, TOO_MANY_MODULES.code)
    if limit is not None and unknown:
        yield not_judged(TOO_MANY_MODULES, "--max-modules", unknown)
        return
    loaded = {entry.module for entry in _loaded(case.run)}
    if limit is None or len(loaded) <= limit:
        return
    ranking = sorted(case.diagnosis.import_costs.get("import", ()), key=lambda cost: -cost.modules)[:3]
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
# lifespan-check --max-startup 1s
import asyncio


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await asyncio.sleep(1.5)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
# lifespan-check --max-startup 1s
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
The baseline is an earlier JSON report of the same target. With five runs or more on each side a phase counts as slower
when it grew by 15 %, or by more where the runs scatter, and by 20 ms; with three or four, by 20 %. The medians are
compared, and the quicker halves of the runs, which say best how long it takes on a machine that does other things too.
With fewer runs noise cannot be told from change: only what grew by 25 % and by 50 ms counts.

A baseline of another machine, interpreter or event loop says nothing: it is not compared unless --baseline-any is
given.""",
    source="not a rule of ASGI: `--baseline`, `--max-regression`",
    bad="""\
# lifespan-check --baseline good.json
import asyncio


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await asyncio.sleep(0.3)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
# lifespan-check --save-baseline good.json
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

The finding names the line of yours that asked for it, and the modules that led from there.""",
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
started they make most of the start. With the same versions their number is the same on every machine, and so a budget
that does not flake.

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
