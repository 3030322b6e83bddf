"""Events → Run, by value: the ways in which a process ends, runs out of time, or is stopped."""

import pytest
from lives import (
    BORN,
    CALLS,
    CLEAN,
    MAIN,
    MS,
    SITE,
    STOPPED,
    UP,
    begin,
    brief,
    end,
    exited,
    raised,
    row,
    sent,
    statuses,
)

from lifespan_cli.analysis.run_builder import build_run, was_interrupted
from lifespan_cli.model import (
    Call,
    Exit,
    Message,
    Stack,
)
from lifespan_cli.model.events import (
    Begin,
    Interrupted,
    Stacks,
    TimedOut,
)
from lifespan_cli.rules.wording import whereabouts

# the ways in which a process ends


@pytest.mark.parametrize("length", range(1, len(STOPPED)))
def test_wherever_the_process_is_killed_all_that_was_known_is_told(length):
    seen = STOPPED[:length]
    run = build_run((*seen, exited(999, None, 9)))

    (failure,) = run.failures
    begun = [event.phase for event in seen if isinstance(event, Begin)]
    open_phases = [phase.name for phase in run.phases if phase.status == "killed"]
    assert (failure.kind, failure.type, failure.message) == ("signal", "signal", "signal 9")
    assert failure.phase == (begun[-1] if begun else "boot")
    assert open_phases in ([], [failure.phase])
    assert all(phase.wall_ns >= 0 for phase in run.phases)
    assert len(run.messages) == sum(isinstance(event, Message) for event in seen)
    assert run.exit == Exit(None, 9)


def test_a_crash_in_c_points_at_the_line_that_faulthandler_saw():
    seen = Stacks(BORN + 200 * MS, (("thread", "MainThread", CALLS),))
    run = build_run((*UP, seen, exited(200, None, 11)))

    assert [brief(failure) for failure in run.failures] == [("signal", "startup", "signal", "signal 11", MAIN, 8)]
    assert row(run, "startup") == ("killed", 170, 30, None, None)


def test_an_exit_without_a_word_is_a_failure_whatever_its_code():
    run = build_run((*UP, exited(200, 0)))

    assert [brief(failure)[:4] for failure in run.failures] == [("exit", "startup", "exit", "exit code 0")]
    assert statuses(run)["startup"] == "killed"


def test_an_exit_that_was_told_is_told_once():
    run = build_run((*UP, raised("startup", "exit", "os._exit"), exited(200, 0)))

    assert [brief(failure) for failure in run.failures] == [("exit", "startup", "os._exit", "no route", MAIN, 8)]


def test_an_exit_code_that_is_not_the_probes_is_a_failure_of_the_exit():
    run = build_run((*STOPPED, exited(480, 120)))
    assert [brief(failure)[:4] for failure in run.failures] == [("exit", "exit", "exit", "exit code 120")]


def test_a_signal_of_ours_is_no_failure():
    assert build_run((*STOPPED, exited(480, None, 9, killed=True))).failures == ()


def test_what_an_application_does_when_its_loop_is_torn_down_is_not_its_own():
    aftermath = (sent("lifespan.startup.failed", "startup", 210), raised("startup", name="CancelledError"))
    run = build_run((*UP, raised("startup", "exit", "SystemExit"), *aftermath, exited(230, 1)))

    assert [failure.type for failure in run.failures] == ["SystemExit"]
    assert [message.type for message in run.messages] == ["lifespan.startup"]


# time is up, or the user stops it


def test_a_timeout_tells_where_the_application_was():
    told = (("task", "lifespan", CALLS), ("thread", "MainThread", (("select", "/usr/lib/selectors.py", 468),)))
    run = build_run(
        (
            *UP,
            TimedOut("startup", BORN + 2_170 * MS, 2_000 * MS),
            Stacks(BORN + 2_171 * MS, told, waiting=True),
            end("crashed", "startup", 2_180, 140, 31_100),
            raised("startup", name="CancelledError"),
            begin("exit", 2_180),
            exited(2_900, None, 15, killed=True),
        )
    )

    (failure,) = run.failures
    assert brief(failure) == ("timeout", "startup", "TimeoutError", "no end after 2 s", MAIN, 8)
    assert failure.stacks == (
        Stack("task", "lifespan", (Call("lifespan", MAIN, 8), Call("connect", f"{SITE}asyncpg/pool.py", 439))),
        Stack("thread", "MainThread", (Call("select", "/usr/lib/selectors.py", 468),)),
    )
    assert row(run, "startup")[:3] == ("timeout", 170, 2_010)
    assert statuses(run)["exit"] == "killed"


@pytest.mark.parametrize("waiting", [False, True])
def test_a_loop_that_is_not_idle_hangs_where_its_thread_is_not_where_the_task_is_suspended(waiting):
    task = ("task", "lifespan", (("FastAPI.__call__", f"{SITE}fastapi/applications.py", 1211),))
    accept = ("accept", f"{SITE}sockets.py", 295)
    thread = ("thread", "MainThread", (*task[2], ("connect", MAIN, 6), accept))
    told = Stacks(BORN + 2_171 * MS, (task, thread), waiting=waiting)
    timed_out = TimedOut("startup", BORN + 2_170 * MS, 2_000 * MS)
    (failure,) = build_run((*UP, timed_out, told, exited(2_900, None, 9, killed=True))).failures

    assert (failure.path, failure.line) == ((None, None) if waiting else (MAIN, 6))
    assert failure.stacks[0].kind == ("task" if waiting else "thread")
    assert whereabouts(failure) == (
        "waiting in FastAPI.__call__ (applications.py:1211)" if waiting else "executing accept ← main.py:6"
    )


def test_a_timeout_of_a_process_that_tells_nothing():
    timed_out = TimedOut("import", BORN + 1_025 * MS, 1_000 * MS)
    run = build_run((*UP[:3], timed_out, exited(2_700, None, 9, killed=True)))

    assert [brief(failure) for failure in run.failures] == [
        ("timeout", "import", "TimeoutError", "no end after 1 s", None, None)
    ]
    assert row(run, "import")[:3] == ("timeout", 25, 2_675)
    assert statuses(run)["exit"] == "skipped"


def test_stacks_that_were_told_for_those_who_watch_are_not_those_of_a_timeout():
    early = Stacks(BORN + 172 * MS, (("thread", "early", CALLS),))
    late = Stacks(BORN + 2_171 * MS, (("thread", "late", CALLS),))
    timed_out = TimedOut("startup", BORN + 2_170 * MS, 2_000 * MS)
    run = build_run((*UP, early, timed_out, late, exited(2_900, None, 9, killed=True)))

    assert [stack.name for stack in run.failures[0].stacks] == ["late"]


def test_what_comes_of_an_interrupt_is_no_failure_and_what_came_before_is():
    stopped = (Interrupted(BORN + 200 * MS), end("crashed", "startup", 201), raised("startup", name="CancelledError"))
    clean = (*UP, *stopped, exited(300, None, 15))
    crashed = (*UP, raised("startup"), *stopped, exited(300, None, 15))

    assert was_interrupted(clean)
    assert build_run(clean).failures == ()
    assert statuses(build_run(clean))["startup"] == "killed"
    assert [failure.type for failure in build_run(crashed).failures] == ["OSError"]
    assert not was_interrupted(CLEAN)


def test_an_interrupt_tells_what_it_cut_and_where_that_was():
    told = Stacks(BORN + 201 * MS, (("thread", "MainThread", CALLS),))
    stopped = (Interrupted(BORN + 200 * MS), told, end("crashed", "startup", 201))
    run = build_run((*UP, *stopped, exited(300, None, 15, killed=True)))

    assert run.interruption is not None
    assert run.interruption.phase == "startup"
    assert [call.function for call in run.interruption.stacks[0].calls] == ["lifespan", "connect"]
    assert build_run(CLEAN).interruption is None


def test_with_a_second_life_the_exit_is_what_follows_it():
    before = (*UP, end("ok", "startup", 200), begin("exit", 210), end("ok", "exit", 250))
    again = (begin("restart", 260), end("ok", "restart", 300), begin("exit", 310))
    run = build_run((*before, *again, exited(330)))

    assert row(run, "restart")[1:3] == (260, 40)
    assert row(run, "exit")[1:3] == (310, 20)
