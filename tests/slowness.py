"""Example reports of slow applications, as values, beside those of `reports`."""

from itertools import count

from msgspec.structs import replace
from reports import EVIL, MS, PASSED, PASSED_TARGET, ROOT, SITE, STDLIB, WELL, phases

from lifespan_cli.model import Block, Compilations, Frame, Import, Phase, PhaseName, Report, Run, Span

LANES = count(1)
BEGINS = {"import": 21.4, "startup": 1559.412, "shutdown": 3610.262}
"""When each phase of `SLOW` begins, in ms from the spawn."""


def frame(function: str, where: str, wall: float, at: float = 0, *children: Frame, **fields) -> Frame:
    """A line `shop/db.py:11` of the user's, or, with a known folder before it, of a library's. Times are ms.

    What is not `waiting` or `cpu` kept the thread; what has children takes over their parts.
    """
    path, _, line = where.rpartition(":")
    library = path.startswith((SITE, STDLIB))
    idle = fields.pop("waiting", sum(child.waiting_ns for child in children) / MS)
    cpu = fields.pop("cpu", sum(child.cpu_ns for child in children) / MS)
    return Frame(
        function=function,
        path=path if library else f"{ROOT}/{path}",
        line=int(line),
        total_ns=int(wall * MS),
        self_ns=0 if children else int(wall * MS),
        waiting_ns=int(idle * MS),
        cpu_ns=int(cpu * MS),
        at_ns=int(at * MS),
        until_ns=int((at + wall) * MS),
        children=children,
        user=not library,
        critical_ns=int(wall * MS) if fields.get("critical", True) else 0,
        **{"critical": True, "lane": next(LANES) if "task" in fields else 0, **fields},
    )


def waiting(function: str, where: str, wall: float, at: float, **fields) -> Frame:
    """A library's line that waits all the time."""
    return frame(function, where, wall, at, waiting=wall, **fields)


def _startup(at: float) -> Frame:
    """The tree of `SLOW`'s startup, which begins at that moment."""
    retried = ("retried", "shop/http.py:4", 60)
    settings = frame("load", "shop/settings.py:8", 100, at, source="time.sleep(0.1)")
    lines = (
        frame("lifespan", "shop/main.py:15", 100, at, settings),
        frame(
            "lifespan", "shop/main.py:16", 800, at + 100,
            frame(
                "AsyncExitStack.enter_async_context", f"{STDLIB}/contextlib.py:650", 800, at + 100,
                frame(
                    "pool", "shop/db.py:11", 800, at + 100,
                    waiting("create_pool", f"{SITE}/asyncpg/pool.py:9", 800, at + 100),
                    source="connections = await asyncpg.create_pool(settings.dsn, min_size=10, max_size=20)",
                ),
            ),
        ),
        frame(
            "lifespan", "shop/main.py:17", 400, at + 900,
            frame(
                "users", "shop/cache.py:5", 200, at + 900, waiting("get", f"{SITE}/redis/client.py:3", 200, at + 900),
                task="Task-2", width=1, critical=False, source='await redis.get("users")',
            ),
            frame(
                "prices", "shop/cache.py:9", 400, at + 900, waiting("get", f"{SITE}/redis/client.py:3", 400, at + 900),
                task="Task-3", width=1, source='await redis.get("prices")',
            ),
        ),
        frame(
            "lifespan", "shop/main.py:18", 300, at + 1300,
            frame(
                "to_thread", f"{STDLIB}/asyncio/threads.py:25", 300, at + 1300,
                frame(
                    "Thread._bootstrap", f"{STDLIB}/threading.py:995", 300, at + 1300,
                    frame(
                        "load", "shop/model.py:7", 300, at + 1300,
                        frame("Model.from_file", f"{SITE}/modelkit.py:9", 300, at + 1300),
                        source="return Model.from_file(path)",
                    ),
                    task="asyncio_0",
                ),
                waiting=300,
            ),
        ),
        frame(
            "lifespan", "shop/main.py:19", 250, at + 1600,
            frame("build", "shop/search.py:5", 100, at + 1600, cpu=100, source="for word in words:"),
            frame("build", "shop/search.py:6", 150, at + 1602, cpu=150, source="index[word] = find(word)"),
        ),
        frame(
            "lifespan", "shop/main.py:20", 60, at + 1850,
            frame(*retried, at + 1850, waiting=60, source="await action()"), source="await retried(ask)",
        ),
        frame(
            "lifespan", "shop/main.py:21", 60, at + 1910,
            frame(*retried, at + 1910, waiting=60, source="await action()"), source="await retried(tell)",
        ),
        frame("lifespan", "shop/main.py:22", 25, at + 1970, cpu=25, source="check(app)"),
    )  # fmt: skip
    return frame("FastAPI.__call__", f"{SITE}/fastapi/applications.py:1054", 1995, at, *lines)


def _shutdown(at: float) -> Frame:
    return frame(
        "lifespan", "shop/main.py:16", 300, at, waiting("close", f"{SITE}/asyncpg/pool.py:40", 300, at), source="yield"
    )


def imported(
    module: str,
    total: float,
    own: float,
    parent: str | None = None,
    where: str | None = None,
    cpu: float | None = None,
    phase: PhaseName = "import",
    depth: int = 0,
) -> Import:
    """An import; `where` is the line that asked for it, times are ms."""
    path, _, line = (where or "").rpartition(":")
    user = module.startswith("shop")
    folder = ROOT if user else SITE
    return Import(
        module=module,
        self_ns=int(own * MS),
        total_ns=int(total * MS),
        depth=depth,
        parent=parent,
        path=None if where is None else path if path.startswith(SITE) else f"{ROOT}/{path}",
        line=int(line) if where else None,
        phase=phase,
        cpu_ns=int((total if cpu is None else cpu) * MS),
        self_cpu_ns=int((own if cpu is None else cpu) * MS),
        user=user,
        file=f"{folder}/{module.replace('.', '/')}.py",
    )


IMPORTS = (
    imported("shop.main", 1490, 2),
    imported("fastapi", 300, 100, "shop.main", "shop/main.py:3", depth=1),
    imported("pydantic", 200, 200, "fastapi", f"{SITE}/fastapi/__init__.py:7", depth=2),
    imported("shop.reports", 808, 8, "shop.main", "shop/main.py:4", depth=1),
    imported("pandas", 800, 300, "shop.reports", "shop/reports.py:6", depth=2),
    imported("pandas.core", 499.8, 499.8, "pandas", f"{SITE}/pandas/__init__.py:3", depth=3),
    imported("pandas.tiny", 0.2, 0.2, "pandas", f"{SITE}/pandas/__init__.py:4", depth=3),
    imported("boto", 250, 250, "shop.main", "shop/main.py:5", cpu=5, depth=1),
    imported("shop.pricing", 120, 120, "shop.main", "shop/main.py:6", depth=1),
    imported("json", 6, 6, "shop.main", "shop/main.py:1", depth=1),
    imported("http", 4, 4, "shop.main", "shop/main.py:2", depth=1),
    imported("modelkit", 140, 140, phase="startup", where="shop/model.py:3"),
)
TABLE = frame("<module>", "shop/pricing.py:13", 115, 1400, cpu=115, source="TABLE = compute_all_prices()")


def _phase(phase: Phase, *frames: Frame, **fields) -> Phase:
    return replace(phase, frames=frames, **fields)


def _slow() -> Run:
    rows = phases(
        ("boot", "ok", 21.4, 20, 9_400_000),
        ("import", "ok", 1500, 1240, 48_200_000),
        ("resolve", "ok", 0.012, 0.012, 0),
        ("runtime", "ok", 38, 37.2, 2_100_000),
        ("startup", "ok", 2000, 160, 12_600_000),
        ("hold", "ok", 50.85, 0.3, 0),
        ("shutdown", "ok", 300, 1.2, -340_000),
        ("exit", "ok", 18.2, 18, None),
    )
    boot, importing, resolve, runtime, startup, hold, shutdown, leaving = rows
    at = BEGINS["startup"]
    spans = (
        Span("enter", "lifespan.<locals>.pool", f"{ROOT}/shop/db.py", 9, int((at + 100) * MS), 799_500_000),
        Span("enter", "quick", f"{ROOT}/shop/db.py", 30, int((at + 900) * MS), 9_000),
    )
    block = Block(int((at + 1600) * MS), 250 * MS, "build", f"{ROOT}/shop/search.py", 6)
    return replace(
        WELL,
        phases=(
            boot,
            _phase(importing, TABLE),
            resolve,
            runtime,
            _phase(startup, _startup(at), spans=spans, blocks=(block,)),
            hold,
            _phase(shutdown, _shutdown(BEGINS["shutdown"])),
            leaving,
        ),
        imports=IMPORTS,
    )


SLOW_RUN = _slow()


def report(run: Run) -> Report:
    """A report of one target that passed, with this run."""
    return replace(PASSED, targets=(replace(PASSED_TARGET, runs=(run,), why=""),))


def with_phase(run: Run, name: PhaseName, **fields) -> Run:
    """The run with these fields of one phase changed."""
    changed = (replace(phase, **fields) if phase.name == name else phase for phase in run.phases)
    return replace(run, phases=tuple(changed))


SLOW = report(SLOW_RUN)
COLD = report(replace(SLOW_RUN, compilations=Compilations(9, 900 * MS, "read-only", (f"{SITE}/pandas/core.py",))))


def _hostile() -> Report:
    evil = Frame(EVIL, EVIL, 1, 900 * MS, 0, 900 * MS, 0, EVIL, True, (), 0, 900 * MS, 3, True, EVIL)
    outer = replace(evil, task=None, children=(evil, replace(evil, line=2, critical=False)))
    run = SLOW_RUN
    for name in ("import", "startup", "shutdown"):
        span = Span("enter", EVIL, EVIL, 1, 0, 900 * MS)
        frames = tuple(replace(outer, line=line, function=f"{EVIL}{line}") for line in range(3, 7))
        run = with_phase(run, name, frames=frames, spans=(span,))
    evils = (replace(entry, module=EVIL, path=EVIL, parent=None, depth=0) for entry in IMPORTS)
    return report(replace(run, imports=tuple(evils)))


HOSTILE = _hostile()
