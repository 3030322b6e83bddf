"""A life of an application, as the events of its wire: what the tests of `run_builder` are made from."""

from lifespan_cli.model import (
    Application,
    Conduct,
    Failure,
    Message,
    Run,
)
from lifespan_cli.model.events import (
    Begin,
    Bye,
    Called,
    End,
    Event,
    Exited,
    Finalized,
    Hello,
    Identified,
    Raised,
    Spawned,
)

MS = 1_000_000
BORN = 5_000 * MS
"""The monotonic clock's reading at the spawn: nothing in a report may begin from zero by chance."""
SITE = "/srv/shop/.venv/lib/python3.11/site-packages/"
OURS = "/opt/tool/lifespan_cli/probe/"
MAIN = "/srv/shop/main.py"
CALLS = (("_live", f"{OURS}driving.py", 135), ("lifespan", MAIN, 8), ("connect", f"{SITE}asyncpg/pool.py", 439))


def begin(phase: str, at: int, cpu: int = 0, rss: int | None = 0) -> Begin:
    return Begin(phase, BORN + at * MS, cpu * MS, rss)


def end(status: str, phase: str, at: int, cpu: int = 0, rss: int | None = 0) -> End:
    return End(phase, status, BORN + at * MS, cpu * MS, rss)


def sent(kind: str, phase: str, at: int) -> Message:
    return Message("send", kind, phase, BORN + at * MS, fields={"type": "str"})


def received(kind: str, phase: str, at: int) -> Message:
    return Message("receive", kind, phase, BORN + at * MS)


def raised(phase: str, kind: str = "exception", name: str = "OSError") -> Raised:
    return Raised(phase, {"type": name, "message": "no route", "calls": CALLS}, kind)


def exited(at: int, code: int | None = 0, signal: int | None = None, killed: bool = False) -> Exited:
    return Exited(BORN + at * MS, code, signal, killed, ("goodbye",))


SPAWNED = Spawned(BORN)
HELLO = Hello(BORN + 20 * MS, "3.11.7", "cpython", "/usr/bin/python", "linux", (SITE,), (OURS,), 15 * MS, 9_000)
FOUND = Application("asgi3", "function", "app", MAIN, 4, "app")
UP: tuple[Event, ...] = (
    SPAWNED,
    HELLO,
    begin("import", 25, 16, 9_100),
    end("ok", "import", 125, 96, 29_100),
    begin("resolve", 125, 96, 29_100),
    end("ok", "resolve", 126, 97, 29_100),
    FOUND,
    begin("runtime", 126, 97, 29_100),
    Identified("uvloop", ("FastAPI", "0.165.0"), {"fastapi": "0.165.0"}),
    end("ok", "runtime", 166, 130, 31_100),
    begin("startup", 170, 131, 31_100),
    Called("coroutine", True),
    received("lifespan.startup", "startup", 171),
)
STARTED = (
    *UP,
    sent("lifespan.startup.complete", "startup", 400),
    end("ok", "startup", 400, 150, 31_000),
    begin("hold", 400, 150, 31_000),
    end("ok", "hold", 410, 151, 31_000),
    begin("shutdown", 410, 151, 31_000),
)
STOPPED = (
    *STARTED,
    received("lifespan.shutdown", "shutdown", 411),
    sent("lifespan.shutdown.complete", "shutdown", 460),
    end("ok", "shutdown", 460, 160, 30_000),
    begin("exit", 460, 160, 30_000),
    Conduct(state_replaced=True, bad_state_keys=("7",), returned="int", ended_in="shutdown"),
    Bye(BORN + 465 * MS, 164 * MS, 30_500),
    Finalized(BORN + 466 * MS),
)
CLEAN = (*STOPPED, exited(480))


def row(run: Run, name: str) -> tuple:
    """A phase as (status, from, wall, CPU, growth), times in ms."""
    phase = run.phase(name)
    cpu = None if phase.cpu_ns is None else phase.cpu_ns // MS
    return phase.status, phase.at_ns // MS, phase.wall_ns // MS, cpu, phase.rss_delta_bytes


def statuses(run: Run) -> dict[str, str]:
    return {phase.name: phase.status for phase in run.phases}


def brief(failure: Failure) -> tuple:
    return failure.kind, failure.phase, failure.type, failure.message, failure.path, failure.line
