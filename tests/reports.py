"""Example reports, as values: what the outputs' tests render."""

from msgspec.structs import replace

from lifespan_cli.model import (
    Application,
    Call,
    Environment,
    Exit,
    Failure,
    Finding,
    Framework,
    Interruption,
    Message,
    Phase,
    Report,
    Run,
    SourceLine,
    Stack,
    Statistics,
    Target,
)

MS = 1_000_000
ROOT = "/srv/shop"
SITE = f"{ROOT}/.venv/lib/python3.11/site-packages"
STDLIB = "/usr/lib/python3.11"


def phases(*rows: tuple) -> tuple[Phase, ...]:
    """Phases one after another, each row being (name, status, wall ms, CPU ms, growth in bytes)."""
    made, at_ns = [], 0
    for name, status, wall, cpu, growth in rows:
        wall_ns = int(wall * MS)
        made.append(Phase(name, status, at_ns, wall_ns, None if cpu is None else int(cpu * MS), growth))
        at_ns += wall_ns
    return tuple(made)


ENVIRONMENT = Environment(
    python="3.11.7",
    executable=f"{ROOT}/.venv/bin/python",
    platform="linux",
    backend="asyncio",
    framework=Framework("FastAPI", "0.165.0"),
    packages={"fastapi": "0.165.0", "starlette": "1.0.0"},
    executable_reason="the .venv of this project",
)
APPLICATION = Application("asgi3", "fastapi.applications.FastAPI", "FastAPI", f"{ROOT}/shop/main.py", 12, "app")
WELL = Run(
    phases=phases(
        ("boot", "ok", 21.4, 20, 9_400_000),
        ("import", "ok", 456, 440, 48_200_000),
        ("resolve", "ok", 0.012, 0.012, 0),
        ("runtime", "ok", 38, 37.2, 2_100_000),
        ("startup", "ok", 1023, 160, 12_600_000),
        ("hold", "ok", 0.85, 0.3, 0),
        ("shutdown", "ok", 51, 1.2, -340_000),
        ("exit", "ok", 18.2, 18, None),
    ),
    imports=(),
    messages=(
        Message("receive", "lifespan.startup", "startup", 516 * MS),
        Message("send", "lifespan.startup.complete", "startup", 1538 * MS, fields={"type": "str"}),
    ),
    failures=(),
    leftovers=(),
    exit=Exit(0, None),
    application=APPLICATION,
    output=("goodbye",),
)
PASSED_TARGET = Target(
    "shop.main:app", "passed", "supported", ENVIRONMENT, (WELL,), {}, (), why="[tool.fastapi] entrypoint"
)
PASSED = Report(2, "0.1.0", "passed", 0, (PASSED_TARGET,))

CRASH = Failure(
    phase="startup",
    type="ConnectionRefusedError",
    message="[Errno 111] Connect call failed ('127.0.0.1', 5432)",
    traceback=f'''Traceback (most recent call last):
  File "{SITE}/starlette/routing.py", line 693, in lifespan
    async with self.lifespan_context(app) as maybe_state:
  File "{STDLIB}/contextlib.py", line 210, in __aenter__
    return await anext(self.gen)
           ^^^^^^^^^^^^^^^^^^^^^
  File "{ROOT}/shop/main.py", line 8, in lifespan
    app.state.pool = await connect()
                     ^^^^^^^^^^^^^^^
  File "{ROOT}/shop/db.py", line 41, in connect
    return await asyncpg.create_pool(DSN)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "{SITE}/asyncpg/pool.py", line 439, in _async__init__
    await self._initialize()
  File "{SITE}/asyncpg/pool.py", line 466, in _initialize
    await first_ch.connect()
  File "{STDLIB}/asyncio/base_events.py", line 1070, in create_connection
    raise exceptions[0]
ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 5432)
''',
    path=f"{ROOT}/shop/db.py",
    line=41,
)
CRASHED_TARGET = replace(
    PASSED_TARGET,
    verdict="failed",
    lifespan="unknown",
    why="",
    runs=(
        replace(
            WELL,
            phases=(
                *WELL.phases[:4],
                replace(WELL.phases[4], status="crashed", wall_ns=87 * MS),
                Phase("exit", "ok", 602 * MS, 20 * MS, None, None),
            ),
            failures=(CRASH,),
            output=("INFO: connecting to 127.0.0.1:5432", "WARNING: \tretry in 0 s"),
        ),
    ),
    findings=(
        Finding(
            "LS403",
            "deprecated-event-handlers",
            "warning",
            "The application uses on_event, which is deprecated.",
            None,
            f"{ROOT}/shop/main.py",
            30,
            "",
        ),
        Finding(
            "LS102",
            "startup-crashed",
            "error",
            "The application raised ConnectionRefusedError during startup: "
            "[Errno 111] Connect call failed ('127.0.0.1', 5432)",
            "startup",
            f"{ROOT}/shop/db.py",
            41,
            "Send lifespan.startup.failed with the reason, so that every server stops and says why; "
            "uvicorn takes an exception for an application without lifespan, and serves.",
            source=(
                SourceLine(39, "async def connect():"),
                SourceLine(40, ""),
                SourceLine(41, "    return await asyncpg.create_pool(DSN)"),
            ),
        ),
    ),
)
CRASHED = Report(2, "0.1.0", "failed", 1, (CRASHED_TARGET,))
JUDGED = replace(
    CRASHED,
    targets=(replace(CRASHED_TARGET, judged_by=("LS101", "LS102", "LS103", "LS403"), fail_on="warning"),),
)
"""By four rules, of which two found nothing; and a warning counts."""

HUNG_TARGET = replace(
    CRASHED_TARGET,
    runs=(
        replace(
            WELL,
            phases=(
                *WELL.phases[:4],
                replace(WELL.phases[4], status="timeout", wall_ns=10_000 * MS),
                Phase("shutdown", "skipped", 10_515 * MS, 0, None, None),
                Phase("exit", "killed", 10_515 * MS, 4 * MS, None, None),
            ),
            failures=(
                Failure(
                    "startup",
                    "TimeoutError",
                    "startup took longer than 10 s",
                    "",
                    f"{ROOT}/shop/db.py",
                    41,
                    kind="timeout",
                    stacks=(
                        Stack(
                            "task",
                            "lifespan",
                            (
                                Call("FastAPI.__call__", f"{SITE}/fastapi/applications.py", 1054),
                                Call("Router.lifespan", f"{SITE}/starlette/routing.py", 693),
                                Call("_AsyncGeneratorContextManager.__aenter__", f"{STDLIB}/contextlib.py", 210),
                                Call("lifespan", f"{ROOT}/shop/main.py", 8),
                                Call("connect", f"{ROOT}/shop/db.py", 41),
                                Call("create_pool", f"{SITE}/asyncpg/pool.py", 439),
                                Call("asyncio.Future", "<awaited>", 0),
                            ),
                        ),
                        Stack(
                            "thread",
                            "MainThread",
                            (
                                Call("run", f"{STDLIB}/asyncio/runners.py", 190),
                                Call("EpollSelector.select", f"{STDLIB}/selectors.py", 468),
                            ),
                        ),
                        Stack(
                            "thread",
                            "warmer",
                            (
                                Call("Thread.run", f"{STDLIB}/threading.py", 982),
                                Call("warm", f"{ROOT}/shop/cache.py", 7),
                                Call("Queue.get", f"{STDLIB}/queue.py", 171),
                            ),
                        ),
                    ),
                ),
            ),
            exit=Exit(None, 9),
            output=(),
        ),
    ),
    findings=(
        Finding(
            "LS105",
            "startup-timeout",
            "error",
            "Startup did not end within 10 s.",
            "startup",
            f"{ROOT}/shop/db.py",
            41,
            "Give what is waited for a timeout of its own.",
            source=(SourceLine(41, "    return await asyncpg.create_pool(DSN)"),),
        ),
    ),
)
HUNG = Report(2, "0.1.0", "failed", 1, (HUNG_TARGET,))

UNSUPPORTED_TARGET = replace(
    PASSED_TARGET,
    target="legacy.asgi",
    lifespan="unsupported",
    why="",
    environment=replace(ENVIRONMENT, framework=Framework("Django", "5.2")),
    runs=(
        replace(
            WELL,
            phases=(*WELL.phases[:4], replace(WELL.phases[4], status="unsupported", wall_ns=400_000)),
            application=Application(
                "asgi3", "django.core.handlers.asgi.ASGIHandler", "ASGIHandler", None, None, "application"
            ),
        ),
    ),
    findings=(
        Finding(
            "LS101",
            "lifespan-unsupported",
            "warning",
            "The application refuses the lifespan scope: ValueError: Django can only handle ASGI/HTTP connections",
            "startup",
            None,
            None,
            "",
        ),
    ),
)
UNSUPPORTED = Report(2, "0.1.0", "passed", 0, (UNSUPPORTED_TARGET,))

SEVERAL_RUNS = replace(
    PASSED,
    targets=(
        replace(
            PASSED_TARGET,
            runs=tuple(
                replace(WELL, phases=(*WELL.phases[:7], replace(WELL.phases[7], wall_ns=wall * MS)))
                for wall in (30, 10, 20)
            ),
            statistics={
                "boot": Statistics(3, 20 * MS, 21 * MS, 21 * MS, 22 * MS, 816_000),
                "import": Statistics(3, 450 * MS, 456 * MS, 459 * MS, 470 * MS, 8_300_000),
                "startup": Statistics(3, 1_010 * MS, 1_023 * MS, 1_025 * MS, 1_042 * MS, 13_100_000),
            },
        ),
    ),
)
SEVERAL_TARGETS = replace(CRASHED, targets=(PASSED_TARGET, HUNG_TARGET, UNSUPPORTED_TARGET))

EVIL = (
    "\x1b]0;owned\x07[bold red]x[/] \u202egnp.exe\u2066 \r\nfailed  fake\x9b31m :boom: é 値 \ud800\x7f\u200b "
    "]]></script></details><b>%0A&amp;\n::error::no ##[error]no [[ATTACHMENT|/etc/passwd]]\n"
    "```\n# no\n``` `` ` | * _a_ ![i](j:k) [l](m) {0} \\ @all https://example.org"
)
"""A terminal escape, rich's markup, bidi controls, a forged line, C1, an emoji's name, a lone surrogate, no width; the
ends of a CDATA section, of a script and of a fold; entities, commands to a runner and its server, Markdown, SARIF."""


def _hostile() -> Report:
    failure = Failure(
        "startup",
        EVIL,
        EVIL,
        f"Traceback\n  {EVIL}\n",
        EVIL,
        1,
        stacks=(Stack("task", EVIL, (Call(EVIL, EVIL, 1), Call(EVIL, EVIL, 2))), Stack("thread", EVIL, ())),
    )
    environment = Environment(EVIL, EVIL, EVIL, EVIL, Framework(EVIL, EVIL), {EVIL: EVIL}, EVIL)
    run = replace(
        CRASHED_TARGET.runs[0],
        messages=(Message("send", EVIL, "startup", 0, EVIL, EVIL, {EVIL: EVIL}),),
        failures=(failure,),
        application=Application("asgi3", EVIL, EVIL, EVIL, 1, EVIL, names=(EVIL,), apps=(EVIL,)),
        output=(EVIL, EVIL),
    )
    finding = Finding("LS102", "startup-crashed", "error", EVIL, "startup", EVIL, 1, EVIL)
    target = Target(
        EVIL, "failed", "unknown", environment, (run, run), {"startup": Statistics(2, 0, 0, 0, 0, 0)}, (finding,)
    )
    targets = (replace(target, why=EVIL), replace(target, verdict="passed"))
    return Report(2, "0.1.0", "failed", 1, targets, True, (EVIL,))


HOSTILE = _hostile()

INTERRUPTED_TARGET = replace(
    PASSED_TARGET,
    verdict="failed",
    runs=(
        replace(
            WELL,
            phases=tuple(replace(one, status="killed") if one.name == "startup" else one for one in WELL.phases),
            interruption=Interruption("startup", (Stack("task", "lifespan", (Call("connect", f"{ROOT}/db.py", 41),)),)),
        ),
    ),
)
INTERRUPTED = Report(2, "0.1.0", "failed", 130, (INTERRUPTED_TARGET,), interrupted=True)

UNCHECKED = Report(
    2, "0.1.0", "failed", 2, (PASSED_TARGET,), errors=("bad:app: trio is not installed: python -m pip install trio",)
)
"""Of two targets one, for the other one's environment lacks a package."""

ALL = {
    "passed": PASSED,
    "crashed": CRASHED,
    "judged": JUDGED,
    "hung": HUNG,
    "unsupported": UNSUPPORTED,
    "several runs": SEVERAL_RUNS,
    "several targets": SEVERAL_TARGETS,
    "interrupted": INTERRUPTED,
    "unchecked": UNCHECKED,
    "hostile": HOSTILE,
    "empty": Report(2, "0.1.0", "passed", 0, ()),
}
