"""LS204, LS205, LS210: what makes the import slow. Only of an import that succeeds: else other findings matter more."""

from collections.abc import Iterable

from lifespan_cli.model import Compilations, Finding, PhaseName
from lifespan_cli.model.diagnosis import ImportCost
from lifespan_cli.rules.rule import Case, Place, Rule
from lifespan_cli.rules.wording import code, lasting, place

IMPORTING: tuple[PhaseName, ...] = ("import", "resolve")
"""A factory imports too."""
STARTING: tuple[PhaseName, ...] = ("preload", "import", "resolve", "startup")
SLOW_IMPORT_NS, SLOW_IMPORT_SHARE, MOST_IMPORTS = 250_000_000, 0.2, 3
WORK_NS = 100_000_000
COMPILING_NS, COMPILING_SHARE = 200_000_000, 0.1
FIRST_RUN = "first run"


def _wall_ns(case: Case, phases: tuple[PhaseName, ...]) -> int:
    return sum(phase.wall_ns for phase in case.run.phases if phase.name in phases)


def _imported_well(case: Case) -> bool:
    """The import, and the factory's call, came to their end."""
    phase = case.run.phase("import")
    return phase is not None and all(one.status == "ok" for one in case.run.phases if one.name in IMPORTING)


def _slow_import(case: Case) -> Iterable[Finding]:
    if not _imported_well(case):
        return
    least_ns = max(SLOW_IMPORT_NS, int(SLOW_IMPORT_SHARE * _wall_ns(case, IMPORTING)))
    slow = [cost for cost in case.diagnosis.avoidable_imports if cost.alone_ns >= least_ns]
    for cost in sorted(slow, key=lambda cost: -cost.wall_ns)[:MOST_IMPORTS]:
        yield _slow(case, cost)


def _slow(case: Case, cost: ImportCost) -> Finding:
    asking = place(cost.path or "", cost.line)
    share = round(100 * cost.wall_ns / _wall_ns(case, IMPORTING))
    many = f" with {cost.modules} modules" if cost.modules > 1 else ""
    how = f"; it mostly waits ({lasting(cost.cpu_ns)} CPU)" if cost.waits else ""
    compiled = _much_compiled(case)
    cold = f"; compiling {compiled.count} modules is a part of this, see LS210" if compiled else ""
    hint = f"If not every start needs {cost.module}, import it in the function that uses it."
    if cost.lazy:
        hint = f"Use {cost.module} only where it is needed: {asking} loads this lazy import at every start."
    if cost.waits:
        hint += " An import that waits reads from a slow disk, the network or another process."
    return SLOW_IMPORT.finding(
        f"importing {cost.name} takes {lasting(cost.wall_ns)}, {share} % of the import: "
        f"{asking} {'uses' if cost.lazy else 'imports'} it{many}{how}{cold}",
        hint=hint,
        phase="import",
        at=Place(cost.path, cost.line),
    )


def _work_at_import(case: Case) -> Iterable[Finding]:
    if not _imported_well(case):
        return
    for work in case.diagnosis.module_work:
        if work.alone_ns < WORK_NS:
            continue
        line = work.longest
        source = f": {code(line.source)}" if line.source else ""
        mostly = "mostly" if 2 * line.wall_ns > work.wall_ns else "the longest"
        kind = "computing" if work.kind == "computing" else "blocking"
        yield WORK_AT_IMPORT.finding(
            f"top-level code of {work.module} takes {lasting(work.wall_ns)} at import "
            f"({kind}, {lasting(work.cpu_ns)} CPU), {mostly} at line {line.line}{source}",
            hint="Move it into the lifespan, so that tests and scripts that only import the module stay fast.",
            phase="import",
            at=Place(work.file, line.line),
        )


def _much_compiled(case: Case) -> Compilations | None:
    """The compilations, where they are a large part of the start."""
    compiled = case.run.compilations
    if compiled is None or compiled.wall_ns < max(COMPILING_NS, COMPILING_SHARE * _wall_ns(case, STARTING)):
        return None
    return compiled


def _not_precompiled(case: Case) -> Iterable[Finding]:
    compiled = _much_compiled(case)
    if compiled is None:
        return
    share = round(100 * compiled.wall_ns / _wall_ns(case, STARTING))
    hint = "Compile in the image build, `python -m compileall` over the application and its site-packages"
    why = f"there is no bytecode to read because of {compiled.reason}"
    if compiled.reason == "PYTHONDONTWRITEBYTECODE":
        why = "PYTHONDONTWRITEBYTECODE is set, so that every start compiles them again"
        hint += ", or unset PYTHONDONTWRITEBYTECODE."
    elif compiled.reason == FIRST_RUN:
        why = "this was the first run of these sources here"
        hint += "; to measure what a warm start takes, run once more."
    else:
        if compiled.reason == "read-only":
            why = "their folders are read-only, so that every start compiles them again"
        hint += ", before the file system becomes read-only."
    yield NOT_PRECOMPILED.finding(
        f"{compiled.count} modules were compiled from source, which took {lasting(compiled.wall_ns)}, "
        f"{share} % of the start: {why}",
        hint=hint,
        phase="import",
        severity="info" if compiled.reason == FIRST_RUN else "warning",
    )


SLOW_IMPORT = Rule(
    code="LS204",
    slug="slow-import",
    severity="info",
    summary="A library that the application imports takes a large part of the import.",
    explanation="""\
Every start pays for an import, every worker, every test run and every command of the application; also for a
library that one route in a hundred needs. The finding names the line that asks for it and the share.

Imported inside the function that uses it, it is paid for by the first call instead. What every request needs
stays where it is: then only another library helps. The frameworks themselves do not count, nor what they are
built on. An import that waits, its CPU time far below its wall time, does more than define things.""",
    source="Python documentation, The import statement; inferred",
    bad="""\
import importlib.abc
import importlib.util
import sys
import time


class Heavy(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if name == "heavy":
            return importlib.util.spec_from_loader(name, self)

    def create_module(self, spec): ...

    def exec_module(self, module):
        time.sleep(0.4)  # stands for a library that takes long


sys.meta_path.insert(0, Heavy())
import heavy


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
def report():
    import heavy  # only where it is used

    return heavy.report()


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_slow_import,
)

WORK_AT_IMPORT = Rule(
    code="LS205",
    slug="work-at-import",
    severity="warning",
    summary="Top-level code of the application does long work at import.",
    explanation="""\
A model that is loaded, or a connection that is opened, at the top of a module is paid for by whoever imports it:
every test, every migration, the worker of a queue. It fails as an import error, where nothing closes it again,
and before a server has set up its event loop.

The lifespan is the place for it: it runs when the application starts, not when it is imported. Defining
classes and routes does not count.""",
    source="FastAPI documentation, Lifespan Events: Use Case",
    bad="""\
import time


def load_model():
    time.sleep(0.3)
    return "model"


MODEL = load_model()


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
import asyncio
import time


def load_model():
    time.sleep(0.3)
    return "model"


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["model"] = await asyncio.to_thread(load_model)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_work_at_import,
)

NOT_PRECOMPILED = Rule(
    code="LS210",
    slug="not-precompiled",
    severity="warning",
    summary="Modules are compiled from source at the start, since there is no bytecode of theirs.",
    explanation="""\
Python keeps the bytecode of a module in __pycache__ and compiles the source where there is none. In a container
there often is none, since its image was built with PYTHONDONTWRITEBYTECODE=1, or a package installer that does
not compile, and the file system is read-only or thrown away at the end: then every start compiles everything.

Run `python -m compileall` over the application and its site-packages when the image is built. On the first run
after an installation it is natural, and only told so that a cold start is not taken for a slow application.""",
    source="Python documentation, compileall; Command line and environment: PYTHONDONTWRITEBYTECODE",
    bad="""\
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # as PYTHONDONTWRITEBYTECODE=1 does
folder = tempfile.mkdtemp()
Path(folder, "large.py").write_text("x = [1, 2, 3]\\n" * 60_000)
sys.path.append(folder)
import large


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
# In the image build: python -m compileall -q . "$VIRTUAL_ENV"
# and no PYTHONDONTWRITEBYTECODE at run time, unless all is compiled by then.


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_not_precompiled,
)
