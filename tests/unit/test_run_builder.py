"""Events → Run, by value: phases, messages, and all that was seen of the application. No process, no clock."""

import pytest
from lives import (
    BORN,
    CLEAN,
    HELLO,
    MAIN,
    MS,
    OURS,
    SITE,
    SPAWNED,
    STOPPED,
    UP,
    begin,
    end,
    exited,
    raised,
    row,
    sent,
    statuses,
)
from msgspec.structs import replace

from lifespan_cli.analysis.run_builder import build_run, environment, user_code
from lifespan_cli.model import (
    PHASES,
    Application,
    Conduct,
    Environment,
    Exit,
    Failure,
    Framework,
    Import,
    Message,
)
from lifespan_cli.model.events import (
    Bye,
    Called,
    Dropped,
    Finalized,
    Imported,
    Sampled,
)

# phases


FILE = f"{SITE}asyncpg/__init__.py"
ASKED_FOR = ("preload", "request", "restart")


def test_the_phases_of_a_clean_life():
    run = build_run(CLEAN)

    assert [phase.name for phase in run.phases] == [name for name in PHASES if name not in ASKED_FOR]
    assert row(run, "boot") == ("ok", 0, 20, 15, 9_000)
    assert row(run, "import") == ("ok", 25, 100, 80, 20_000)
    assert row(run, "resolve") == ("ok", 125, 1, 1, 0)
    assert row(run, "runtime") == ("ok", 126, 40, 33, 2_000)
    assert row(run, "startup") == ("ok", 170, 230, 19, -100)
    assert row(run, "hold") == ("ok", 400, 10, 1, 0)
    assert row(run, "shutdown") == ("ok", 410, 50, 9, -1_000)
    assert row(run, "exit") == ("ok", 460, 20, 4, 500)
    assert (run.failures, run.exit, run.output) == ((), Exit(0, None), ("goodbye",))


def test_a_phase_that_was_not_reached_is_skipped_at_the_end_of_the_last_one():
    run = build_run(
        (
            *UP[:3],
            end("crashed", "import", 60),
            raised("import"),
            Bye(BORN + 61 * MS, 0, 0),
            Finalized(BORN + 62 * MS),
            exited(70),
        )
    )

    assert statuses(run) == {
        "boot": "ok",
        "import": "crashed",
        **dict.fromkeys(("resolve", "runtime", "startup", "hold", "shutdown"), "skipped"),
        "exit": "ok",
    }
    assert row(run, "startup") == ("skipped", 70, 0, None, None)
    assert row(run, "exit")[:3] == ("ok", 61, 9)


def test_preload_is_a_phase_where_it_was_asked_for():
    run = build_run((SPAWNED, HELLO, begin("preload", 21), end("ok", "preload", 24), *CLEAN[2:]))

    assert [phase.name for phase in run.phases] == [name for name in PHASES if name not in ASKED_FOR[1:]]
    assert row(run, "preload")[:3] == ("ok", 21, 3)


@pytest.mark.parametrize("status", ["ok", "crashed"])
def test_an_async_factorys_two_stretches_are_one_phase(status):
    second = (begin("resolve", 166, 130, 31_100), end(status, "resolve", 186, 135, 31_400))
    run = build_run((*UP[:10], *second, *CLEAN[10:]))

    assert row(run, "resolve") == (status, 125, 21, 6, 300)
    assert [phase.name for phase in run.phases].count("resolve") == 1


def test_memory_that_is_not_known_is_none():
    run = build_run((SPAWNED, HELLO, begin("import", 25, rss=None), end("ok", "import", 50, rss=None), exited(60)))
    assert run.phase("import").rss_delta_bytes is None


# what the application said, was and did


def test_messages_are_told_from_the_spawn_on():
    message = Message("send", "<list>", "startup", BORN + 172 * MS, python_type="list")
    reason = replace(sent("lifespan.startup.failed", "startup", 173), message="no database")
    run = build_run((*UP, message, reason, Dropped(2), Dropped(3), *STOPPED[-2:], exited(480)))

    assert run.messages == (
        Message("receive", "lifespan.startup", "startup", 171 * MS),
        Message("send", "<list>", "startup", 172 * MS, python_type="list"),
        Message("send", "lifespan.startup.failed", "startup", 173 * MS, "no database", fields={"type": "str"}),
    )
    assert run.dropped_messages == 5


def test_an_exception_is_told_with_the_users_line():
    event = replace(raised("import", name="ModuleNotFoundError"), from_probe=True)
    event = replace(event, exception={**event.exception, "missing": "asyncpg"})
    run = build_run((*UP[:3], end("crashed", "import", 60), event, Bye(BORN, 0, 0), Finalized(BORN), exited(70)))

    traceback = (
        "Traceback (most recent call last):\n"
        f'  File "{MAIN}", line 8, in lifespan\n'
        f'  File "{SITE}asyncpg/pool.py", line 439, in connect\n'
        "ModuleNotFoundError: no route"
    )
    assert run.failures == (
        Failure("import", "ModuleNotFoundError", "no route", traceback, MAIN, 8, "asyncpg", from_probe=True),
    )


def test_the_application_is_what_was_found_and_what_its_call_returned():
    application = build_run(CLEAN).application
    assert (application.shape, application.returns_coroutine, application.returned) == ("asgi3", True, None)
    assert (application.type, application.name, application.path, application.line) == ("function", "app", MAIN, 4)

    plain = [replace(event, awaitable=False, type="dict") if isinstance(event, Called) else event for event in CLEAN]
    application = build_run(tuple(plain)).application
    assert (application.shape, application.returns_coroutine, application.returned) == ("other", False, "dict")

    uncalled = tuple(event for event in CLEAN if not isinstance(event, Called))
    assert build_run(uncalled).application.shape == "asgi3"
    assert not build_run(uncalled).application.returns_coroutine
    assert build_run((SPAWNED, HELLO, exited(30))).application is None


def test_the_last_thing_that_was_found_counts():
    factory = Application("factory", "function", "make", MAIN, 4)
    assert build_run((SPAWNED, HELLO, factory, *CLEAN[2:])).application.name == "app"


def test_conduct_is_told_as_it_was_seen():
    assert build_run(CLEAN).conduct == Conduct(
        state_replaced=True, bad_state_keys=("7",), returned="int", ended_in="shutdown"
    )
    assert build_run((*UP, exited(200))).conduct == Conduct()


def test_the_environment_is_what_the_probe_said_of_itself():
    assert environment(CLEAN, "--python", "asyncio", "a processor") == Environment(
        python="3.11.7",
        executable="/usr/bin/python",
        platform="linux",
        backend="uvloop",
        framework=Framework("FastAPI", "0.165.0"),
        packages={"fastapi": "0.165.0"},
        executable_reason="--python",
        machine="a processor",
        newest_tested="3.15",
    )
    assert environment((SPAWNED, exited(20)), "", "trio", "") == Environment(
        "", "", "", "trio", None, {}, "", newest_tested="3.15"
    )


def test_an_import_names_the_statement_of_the_application_that_asked_for_it():
    at = BORN + 30 * MS
    rows = (
        Import("main", 40, 90, 0, None, f"{OURS}resolver.py", 31, "import", at, 80, 30, file=MAIN),
        Import("asyncpg", 50, 50, 1, "main", MAIN, 2, "import", at, 50, 50, True, False, FILE, True),
    )
    run = build_run((*UP[:7], Imported(rows), *CLEAN[7:]))

    main, asyncpg = run.imports
    assert main == Import("main", 40, 90, 0, None, None, None, "import", 30 * MS, 80, 30, False, True, MAIN)
    assert (asyncpg.parent, asyncpg.path, asyncpg.line, asyncpg.depth) == ("main", MAIN, 2, 1)
    assert (asyncpg.failed, asyncpg.user) == (True, False)
    assert [entry.name for entry in run.imports] == ["main", "asyncpg (lazy)"]


def test_a_module_of_the_users_that_fails_is_the_users_though_it_is_gone():
    at = BORN + 30 * MS
    rows = (
        Import("main", 40, 90, 0, None, f"{OURS}resolver.py", 31, "import", at, 80, 30, failed=True),
        Import("asyncpg", 50, 50, 1, "main", MAIN, 2, "import", at, 50, 50, file=FILE),
    )
    main, asyncpg = build_run((*UP[:7], Imported(rows), *CLEAN[7:])).imports
    assert (main.failed, main.user, main.file) == (True, True, MAIN)
    assert not asyncpg.user


def test_the_users_code_is_told_by_what_the_probe_said():
    user = user_code(CLEAN)
    assert user.is_user(MAIN)
    assert not user.is_user(f"{SITE}asyncpg/pool.py")
    assert user_code((SPAWNED,)).is_user(MAIN)


@pytest.mark.parametrize("events", [(HELLO, exited(20)), (SPAWNED, HELLO)])
def test_events_without_a_beginning_or_an_end_are_no_run(events):
    with pytest.raises(ValueError, match=r"no (Spawned|Exited) among the events"):
        build_run(events)


def test_a_phase_tells_how_often_it_was_looked_at():
    def told(*sampled: Sampled) -> list[int | None]:
        return [phase.sampling_interval_ns for phase in build_run((*UP, *sampled, *CLEAN[len(UP) :])).phases]

    startup = [phase.name for phase in build_run(CLEAN).phases].index("startup")
    assert set(told()) == {None}
    assert told(Sampled("startup", True, (), 7 * MS), Sampled("startup", True, (), 9 * MS))[startup] == 9 * MS
    assert told(Sampled("startup", True, ()))[startup] is None
