"""Applications that end, block, deafen or flood their process: what the report knows of them, and what is left of them.

Which findings come is held by the applications in the folder; here is what else must be true of them.
"""

import importlib.util
import signal
import time
from pathlib import Path

import pytest
from conftest import APPS, Check, Outcome, Start, Started, line_with

from lifespan_cli.model import Failure

OTHER_BACKENDS = [name for name in ("uvloop", "trio") if importlib.util.find_spec(name)]
WHERE = ("import", "factory", "startup", "hold", "shutdown", "exit")
HOW = {
    "sys.exit": ("SystemExit: 0", None),
    "os._exit": ("exit code 0 without an exception, as os._exit does", None),
    "abort": ("killed by SIGABRT", signal.SIGABRT),
    "segfault": ("killed by SIGSEGV", signal.SIGSEGV),
    "kill": ("killed by SIGKILL", signal.SIGKILL),
}


def failure(outcome: Outcome) -> Failure:
    """The only failure of the run."""
    (found,) = outcome.run.failures
    return found


# the end of the process


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("how", HOW)
def test_a_process_that_is_ended_is_told_with_the_way_and_the_line(how: str, where: str, check: Check):
    outcome = check("_ending:create_app()", WHERE=where, HOW=how)

    if (how, where) == ("sys.exit", "exit"):  # Python ignores what an atexit handler raises
        assert (outcome.exit_code, outcome.codes) == (0, [])
        return
    says, number = HOW[how]
    (finding,) = outcome.target.findings
    assert finding.code == ("LS010" if where in ("import", "factory") else "LS121")
    assert finding.phase == ("resolve" if where == "factory" else where)
    assert f": {says}" in finding.message
    assert (outcome.exit_code, outcome.run.exit.signal, outcome.survivors) == (1, number, ())
    if how not in ("os._exit", "kill"):  # which leave nobody to tell where they came from
        assert (finding.path, finding.line) == (str(APPS / "_ending.py"), line_with("_ending", f'"{how}":'))


@pytest.mark.parametrize("how", ["os._exit(3)", "os.kill(os.getpid(), 9)"])
@pytest.mark.parametrize("waits", ["await asyncio.sleep(0.3)", "time.sleep(0.3)"])
def test_of_a_process_that_goes_without_a_word_is_told_where_it_was_last(how: str, waits: str, tmp_path, check: Check):
    lines = ["import asyncio, os, time", "", "async def connect():", f"    {waits}", f"    {how}", ""]
    lines += ["async def app(scope, receive, send):", "    await receive()", "    await connect()"]
    (tmp_path / "main.py").write_text("\n".join(lines))

    (finding,) = check("main:app", cwd=tmp_path).target.findings

    says = "exit code 3 without an exception, as os._exit does" if "exit" in how else "killed by SIGKILL"
    assert finding.message == f"the process ended in startup: {says}; last seen in connect (main.py:4)"
    assert (finding.code, finding.path, finding.line) == ("LS121", str(tmp_path / "main.py"), 4)


def test_a_process_that_does_not_end_is_ended(check: Check):
    outcome = check("leaves_a_thread:app", "--timeout", "1")

    found = failure(outcome)
    assert (found.kind, found.phase) == ("timeout", "exit")
    assert "left behind" in {stack.name for stack in found.stacks}
    assert outcome.run.phase("exit").status == "timeout"


def test_what_a_child_process_holds_open_is_not_waited_for(check: Check):
    outcome = check("leaves_a_child_process:app")

    assert (outcome.exit_code, outcome.survivors) == (0, ())
    assert outcome.run.exit.code == 0  # an hour before the child


def test_a_chain_of_awaits_is_told_through_context_managers(check: Check):
    outcome = check("startup_waits_in_context_managers:app", "--startup-timeout", "1")

    task, *threads = failure(outcome).stacks
    assert (task.kind, {thread.kind for thread in threads}) == ("task", {"thread"})
    here = str(APPS / "startup_waits_in_context_managers.py")
    chain = [call.function for call in task.calls if call.path == here]
    assert chain == ["app", "lifespan", "database", "connect_with_retries", "connect"]


# what it says


def test_a_flood_on_both_streams_is_read_to_its_last_words(check: Check):
    outcome = check("writes_a_hundred_megabytes:app")

    assert outcome.codes == []
    assert outcome.run.output[-1] == "the last words"
    assert len(outcome.stdout) < 1_000_000


@pytest.mark.parametrize(
    "app", ["clean_extra_keys", "large_message", "large_type", "startup_raises_a_large_text", "ten_thousand_messages"]
)
def test_what_is_huge_is_bounded_in_the_report(app: str, check: Check):
    assert len(check(f"{app}:app").stdout) < 500_000


def test_messages_that_are_not_in_the_report_are_counted(check: Check):
    run = check("ten_thousand_messages:app").run

    sent = [message.type for message in run.messages if message.direction == "send"]
    assert len(sent) + run.dropped_messages == 10_001
    assert sent[-1] == "lifespan.shutdown.complete"


def test_what_looks_like_the_wire_is_output(check: Check):
    run = check("forges_the_wire:app").run

    assert sum("('Bye'" in line for line in run.output) == 3
    assert run.phase("shutdown").status == "ok"
    assert run.failures == ()


def test_a_forked_child_says_nothing(check: Check):
    run = check("forks_and_both_return:app").run

    assert [message.type for message in run.messages] == [
        "lifespan.startup",
        "lifespan.startup.complete",
        "lifespan.shutdown",
        "lifespan.shutdown.complete",
    ]


def test_clocks_that_the_application_stops_are_not_ours(check: Check):
    run = check("stops_the_clocks:app").run

    times = [message.at_ns for message in run.messages]
    assert times == sorted(times)
    assert times[0] > 0
    assert run.phase("hold").wall_ns >= 5_000_000


def test_every_member_of_a_group_is_told(check: Check):
    outcome = check("startup_crashes_in_a_group:app")

    found = failure(outcome)
    assert "ConnectionError: no database" in found.traceback
    assert "ConnectionError: no queue" in found.traceback
    assert found.line == line_with("startup_crashes_in_a_group", "raise ConnectionError")


@pytest.mark.parametrize("app", ["startup_recurses", "import_recurses", "nested_groups", "chained_for_ever"])
def test_a_traceback_is_bounded(app: str, check: Check):
    assert len(failure(check(f"{app}:app")).traceback) < 100_000


# Ctrl-C and the like


def hang(start: Start, folder: Path, where: str, *words: str, deaf: bool = False) -> Started:
    """The command, once its application has come to where it hangs."""
    ready = folder / "ready"
    environ = {"WHERE": where, "READY": str(ready), **({"TERMINATED": str(folder / "terminated")} if deaf else {})}
    started = start("_hanging:app", "--output-format", "json", *words, **environ)
    give_up_s = time.monotonic() + 20
    while not ready.exists():
        assert started.process.poll() is None, started.process.communicate()
        assert time.monotonic() < give_up_s, "the application never came there"
        time.sleep(0.02)
    return started


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("where", ["import", "startup", "loop", "hold", "shutdown"])
def test_an_interrupt_still_reports_what_is_known(number: int, where: str, start: Start, tmp_path: Path):
    started = hang(start, tmp_path, where, *(["--hold", "3600"] if where == "hold" else []))
    started.signal(number)
    outcome = started.end()

    assert (outcome.exit_code, outcome.report.interrupted, outcome.stderr) == (130, True, "")
    assert (outcome.target.verdict, outcome.codes, outcome.survivors) == ("failed", [], ())
    assert outcome.run.failures == ()
    reached = [phase.name for phase in outcome.run.phases if phase.status != "skipped"]
    assert ("startup" if where == "loop" else where) in reached


def test_the_first_interrupt_lets_a_deaf_application_be_told_to_end(start: Start, tmp_path: Path):
    started = hang(start, tmp_path, "loop", deaf=True)
    started.signal(signal.SIGINT)
    outcome = started.end()

    assert (outcome.exit_code, outcome.run.exit.signal, outcome.survivors) == (130, signal.SIGKILL, ())
    assert (tmp_path / "terminated").exists()


@pytest.mark.parametrize("where", ["import", "loop"])
def test_the_second_interrupt_kills_at_once(where: str, start: Start, tmp_path: Path):
    started = hang(start, tmp_path, where, deaf=True)
    started.signal(signal.SIGINT)
    time.sleep(0.2)  # two that come together are one signal
    started.signal(signal.SIGINT)
    outcome = started.end()

    assert (outcome.exit_code, outcome.run.exit.signal, outcome.survivors) == (130, signal.SIGKILL, ())
    assert outcome.report.interrupted
    assert not (tmp_path / "terminated").exists()


@pytest.mark.parametrize("where", ["import", "startup", "loop", "C code"])
def test_nothing_outlives_a_command_that_is_killed(where: str, start: Start, tmp_path: Path):
    started = hang(start, tmp_path, where)
    assert started.children()
    started.signal(signal.SIGKILL)
    started.process.wait()

    assert started.survivors(2) == ()


# everywhere

ANYWHERE = {
    "clean:app": "",
    "clean_async_factory:create_app()": "",
    "cancels_all_other_tasks:app": "",
    "sees_a_server:app": "",
    "asgi2_class:app": "LS007",
    "startup_recurses:app": "LS102",
    "startup_raises_what_cannot_be_shown:app": "LS102",
    "startup_waits_in_context_managers:app": "LS105",
    "startup_holds_the_gil:app": "LS105",
    "swallows_its_cancellation:app": "LS116 LS118",
    "exits_in_a_task:app": "LS121",
    "stops_the_loop:app": "LS121",
}


def outcome_anywhere(check: Check, target: str, *words: str) -> Outcome:
    outcome = check(target, "--startup-timeout", "1", "--timeout", "4", *words)
    name = target.partition(":")[0]
    assert " ".join(outcome.codes) == ANYWHERE[target], outcome.target.findings
    if "# here" in (APPS / f"{name}.py").read_text():
        assert failure(outcome).line == line_with(name, "# here")
    return outcome


@pytest.mark.parametrize("target", ANYWHERE)
def test_every_interpreter_says_the_same(target: str, python: str, check: Check):
    outcome = outcome_anywhere(check, target, "--python", python)

    assert outcome.target.environment.executable_reason == "--python"


ON_TRIO = [target for target in ANYWHERE if "asyncio" not in (APPS / f"{target.partition(':')[0]}.py").read_text()]
ON_BACKENDS = [
    pytest.param(target, backend, id=f"{target}-{backend}")
    for backend in OTHER_BACKENDS
    for target in (ON_TRIO if backend == "trio" else ANYWHERE)
]


@pytest.mark.versions
@pytest.mark.parametrize(("target", "backend"), ON_BACKENDS)
def test_every_backend_says_the_same(target: str, backend: str, check: Check):
    outcome = outcome_anywhere(check, target, "--backend", backend)

    assert outcome.target.environment.backend == backend


def test_every_backend_names_the_line_where_it_hangs(check: Check):
    for backend in OTHER_BACKENDS:
        outcome = check("startup_waits_with_anyio:app", "--startup-timeout", "1", "--backend", backend)
        assert failure(outcome).line == line_with("startup_waits_with_anyio", "# here")
