"""Rules LS1, by value: transcripts of a lifespan that goes wrong, near misses, and one finding for one cause."""

import pytest
from cases import (
    COMPLETE,
    DOWN,
    FAILED,
    GOOD,
    NOT_STOPPED,
    REFUSED,
    STOPPED,
    TRACEBACK,
    UP,
    USER,
    codes,
    failure,
    judged,
    message,
    only,
    timeout,
)
from msgspec.structs import replace

from lifespan_cli.model import Call, Exit, Stack


def test_a_clean_run_has_no_finding():
    assert judged(GOOD, ended_in="shutdown") == ()


# startup


@pytest.mark.parametrize("kind", ["ValueError", "NotImplementedError", "AssertionError", "RuntimeError"])
def test_a_refusal_is_a_warning_and_an_error_where_the_lifespan_is_required(kind):
    refused = [failure("startup", kind, "only http\nand more")]
    finding = only((), refused, "startup", startup="unsupported")
    assert (finding.code, finding.severity, finding.line) == ("LS101", "warning", 7)
    assert finding.message.endswith(f"{kind}: only http")
    assert "ignore LS101" in finding.hint
    required = only((), refused, "startup", startup="unsupported", required=True)
    assert (required.severity, "ignore" in required.hint) == ("error", False)


@pytest.mark.parametrize("kind", ["KeyError", "asyncio.exceptions.CancelledError", "shop.RuntimeError", "UnicodeError"])
def test_any_other_exception_on_the_scope_is_a_crash(kind):
    finding = only((), [failure("startup", kind, "'path'")], "startup", startup="crashed")
    assert (finding.code, finding.severity) == ("LS123", "error")
    assert f"{kind}: 'path'" in finding.message
    assert ("A lifespan scope has no 'path'" in finding.hint) == (kind == "KeyError")


def test_a_crash_after_receive_is_no_refusal():
    finding = only([UP], [failure("startup", "RuntimeError")], "startup")
    assert finding.code == "LS102"
    assert "lifespan.startup.failed" in finding.hint
    assert "main.py:7" in finding.hint


def test_what_the_application_reports_is_quoted_and_raising_it_too_adds_nothing():
    finding = only([UP, FAILED], [failure("startup")], "startup")
    assert (finding.code, finding.line) == ("LS103", 7)
    assert finding.message.endswith(': "no database"')
    long = replace(FAILED, message="no database\n  tried   db1\n  tried db2")
    assert only([UP, long], (), "startup").hint.endswith("It says in full: no database tried db1 tried db2")


def test_a_traceback_as_reason_is_told_by_its_exception():
    starlette = replace(FAILED, message=TRACEBACK)
    assert only([UP, starlette], [failure("startup", "OSError", "no route")]).message.endswith(": OSError: no route")
    assert only([UP, starlette]).message.endswith(': "OSError: no route"')


@pytest.mark.parametrize("phase", ["startup", "shutdown"])
def test_a_failure_whose_reason_is_the_exit_that_follows_is_told_once(phase):
    said = 'Traceback (most recent call last):\n  File "main.py", line 7, in lifespan\n    sys.exit(1)\nSystemExit: 1\n'
    outcome = message(f"lifespan.{phase}.failed", phase, said)
    messages = [UP, outcome] if phase == "startup" else [UP, COMPLETE, DOWN, outcome]
    ending = failure(phase, "SystemExit", "1", kind="exit")
    failed = "LS103" if phase == "startup" else "LS113"

    assert codes(messages, [ending], phase) == ["LS121"]
    assert failed in codes(messages, (), phase)
    assert failed in codes([*messages[:-1], replace(outcome, message="no database")], [ending], phase)


@pytest.mark.parametrize("text", [None, "", " "])
def test_a_failure_without_a_reason(text):
    found = judged([UP, message("lifespan.startup.failed", text=text)], (), "startup")
    assert [finding.code for finding in found] == (["LS103"] if text == " " else ["LS103", "LS109"])
    assert "no reason given" in found[0].message
    down = message("lifespan.shutdown.failed", "shutdown", text)
    assert ("LS109" in codes([UP, COMPLETE, DOWN, down], (), "shutdown")) == (text != " ")


def test_a_startup_without_outcome_names_the_middleware():
    for messages, says in ([], "without receiving anything"), ([UP], "after it received lifespan.startup"):
        finding = only(messages, (), "startup")
        assert (finding.code, finding.severity) == ("LS104", "error")
        assert says in finding.message
        assert "middleware" in finding.hint


@pytest.mark.parametrize(
    ("phase", "code"), [("runtime", "LS105"), ("startup", "LS105"), ("shutdown", "LS115"), ("hold", "LS115")]
)
def test_a_timeout_is_one_finding_that_says_where(phase, code):
    messages = [UP] if code == "LS105" else [UP, COMPLETE, DOWN]
    both = [timeout(phase), failure(phase, "asyncio.exceptions.CancelledError", "")]
    finding = only(messages, both, phase, end=Exit(None, 9), cancelled=True)
    assert (finding.code, finding.path, finding.phase) == (code, USER, phase)
    assert finding.message.endswith(": no end after 30 s, waiting in open_pool ← main.py:7")
    assert ("kept busy" in finding.message) == (phase == "hold")


def test_a_line_that_blocks_is_executed_not_awaited():
    line = Call("connect", USER, 7)
    thread = Stack("thread", "MainThread", (Call("run", "/lib/asyncio/runners.py", 118), line))
    blocked = replace(timeout("startup"), stacks=(Stack("task", "lifespan", (line,)), thread))
    assert only([UP], [blocked]).message.endswith("executing connect (main.py:7)")
    for messages, phase in ([UP], "startup"), ([UP, COMPLETE, DOWN], "shutdown"):
        busy = replace(timeout(phase), stacks=(thread, Stack("task", "lifespan", (line,))))
        assert "event loop is blocked" in only(messages, [busy], phase, end=Exit(None, 9)).hint
        assert "event loop is blocked" not in only(messages, [timeout(phase)], phase, end=Exit(None, 9)).hint
    assert only([UP], [replace(blocked, stacks=())]).message.endswith("no end after 30 s, at main.py:7")


def test_a_timeout_outside_of_the_users_code_names_the_innermost_call():
    assert only([UP], [timeout("startup", path=None)]).message.endswith("waiting in sleep (tasks.py:605)")


# messages


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("lifespan.startup.completed", 'Did you mean "lifespan.startup.complete"?'),
        ("lifespan.shutdown.fail", 'Did you mean "lifespan.shutdown.failed"?'),
        ("lifespan.shutdown.c", 'Did you mean "lifespan.shutdown.complete"?'),
        ("http.response.start", 'Look at scope["type"] first'),
        ("x", "Send one of lifespan.startup.complete, "),
    ],
)
def test_an_unknown_type_stands_alone_and_names_the_nearest(kind, hint):
    sent = message(kind)
    finding = only([UP, sent, sent], [REFUSED], "startup")
    assert (finding.code, finding.line) == ("LS106", 7)
    assert f'"{kind}"' in finding.message
    assert hint in finding.hint
    assert codes([UP, sent], (), "startup") == ["LS106"]  # the exception was caught: still one cause


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (message("<list>", python_type="list", fields={}), "no dict but list"),
        (message("<no type>", fields={"message": "str"}), "no key 'type'"),
        (message("<type: bytes>", fields={"type": "bytes"}), "'type' is no str but bytes"),
    ],
)
def test_a_malformed_message_stands_alone(sent, says):
    finding = only([UP, sent], [REFUSED], "startup")
    assert finding.code == "LS107"
    assert says in finding.message
    assert 'a dict with a str "type"' in finding.hint


@pytest.mark.parametrize("kind", ["NoneType", "builtins.OSError"])
def test_a_reason_that_is_no_text_is_malformed_but_an_outcome(kind):
    sent = message("lifespan.startup.failed", fields={"type": "str", "message": kind})
    failed, malformed = judged([UP, sent], (), "startup")
    assert (failed.code, malformed.code) == ("LS103", "LS107")
    assert "str(reason)" in malformed.hint


@pytest.mark.parametrize(
    ("messages", "failures", "ended_in", "says"),
    [
        ([COMPLETE, UP, DOWN, STOPPED], [], "shutdown", "startup.complete before it had received anything"),
        ([COMPLETE], [], "hold", "startup.complete before it had received anything"),
        (
            [message("lifespan.shutdown.complete")],
            [REFUSED],
            "startup",
            "shutdown.complete before it had received anything",
        ),
        ([UP, message("lifespan.shutdown.complete")], [REFUSED], "startup", "before it had received lifespan.shutdown"),
        (
            [UP, COMPLETE, message("lifespan.shutdown.complete", "hold")],
            [],
            "hold",
            "before it had received lifespan.shutdown",
        ),
        ([UP, COMPLETE, message("lifespan.shutdown.complete", "hold"), DOWN], [], "shutdown", "before it had received"),
        ([UP, COMPLETE, COMPLETE], [REFUSED], "startup", "startup.complete twice"),
        (
            [UP, COMPLETE, replace(FAILED, phase="hold")],
            [replace(REFUSED, phase="hold")],
            "hold",
            "after lifespan.startup.complete",
        ),
        ([*GOOD, STOPPED], [replace(REFUSED, phase="shutdown")], "shutdown", "shutdown.complete twice"),
    ],
)
def test_a_message_out_of_order_is_told_once(messages, failures, ended_in, says):
    found = judged(messages, failures, ended_in)
    early_end = ["LS110"] if messages == [COMPLETE] else []
    assert [finding.code for finding in found] == ["LS108", *early_end]
    assert says in found[0].message
    assert ("await receive()" in found[0].hint) == ("before it had received" in says)


def test_the_probes_own_exception_is_never_a_crash():
    for phase, messages in ("startup", [UP]), ("hold", [UP, COMPLETE]), ("shutdown", [UP, COMPLETE, DOWN]):
        assert codes(messages, [replace(REFUSED, phase=phase)], phase) == []


# up, and down again


@pytest.mark.parametrize("phase", ["startup", "hold", "shutdown"])
def test_an_application_that_ends_before_shutdown(phase):
    finding = only([UP, COMPLETE], (), phase)
    assert (finding.code, finding.severity, finding.phase) == ("LS110", "warning", phase)


@pytest.mark.parametrize("phase", ["startup", "hold"])
def test_a_crash_while_up_is_not_one_of_startup(phase):
    finding = only([UP, COMPLETE], [failure(phase)], phase)
    assert (finding.code, finding.phase) == ("LS111", phase)
    assert "ValueError: bad" in finding.message


def test_the_ways_in_which_a_shutdown_goes_wrong():
    down, crash = [UP, COMPLETE, DOWN], [failure("shutdown")]
    assert codes(down, crash, "shutdown") == ["LS112"]
    assert codes([*down, NOT_STOPPED], crash, "shutdown") == ["LS113"]
    assert codes([*down, NOT_STOPPED], (), "shutdown") == ["LS113"]
    assert '"3 rows lost"' in only([*down, NOT_STOPPED]).message
    assert codes(down, (), "shutdown") == ["LS114"]
    assert codes([*down, message("lifespan.shutdown.done", "shutdown")], (), "shutdown") == ["LS106"]
    assert codes(GOOD, crash, "shutdown") == ["LS117"]
    assert codes(GOOD, [failure("exit")], "exit") == ["LS117"]


def test_an_application_that_had_to_be_cancelled():
    assert codes(GOOD, (), "shutdown", cancelled=True) == ["LS116"]
    assert codes(GOOD, (), None, cancelled=True, swallowed_cancellation=True) == ["LS116", "LS118"]
    assert codes([UP, FAILED], (), "startup", cancelled=True) == ["LS103"]


@pytest.mark.parametrize(
    ("conduct", "code", "says"),
    [
        ({"state_replaced": True}, "LS119", "replaced"),
        ({"bad_state_keys": ("1", "<class 'DB'>")}, "LS120", "1, <class 'DB'>"),
        ({"returned": "shop.Response"}, "LS122", "shop.Response"),
    ],
)
def test_conduct(conduct, code, says):
    finding = only(GOOD, (), "shutdown", **conduct)
    assert finding.code == code
    assert says in finding.message


@pytest.mark.parametrize("phase", ["runtime", "startup", "hold", "shutdown", "exit"])
@pytest.mark.parametrize(
    ("kind", "type_", "text", "traceback", "end", "says"),
    [
        ("exit", "SystemExit", "no database", "", Exit(1, None), "SystemExit: no database"),
        ("exit", "os._exit", "os._exit(0)", TRACEBACK, Exit(0, None), "os._exit(0)"),
        ("exit", "exit", "exit code 0", "", Exit(0, None), "exit code 0 without an exception"),
        ("signal", "signal", "signal 6", "", Exit(None, 6), "killed by SIGABRT"),
        ("signal", "signal", "signal 64", "", Exit(None, 200), "killed by signal 200"),
        ("lost", "RuntimeError", "Event loop stopped", TRACEBACK, Exit(0, None), "RuntimeError: Event loop stopped"),
    ],
)
def test_a_process_that_ends_is_one_finding(phase, kind, type_, text, traceback, end, says):
    messages = [UP] if phase == "startup" else [UP, COMPLETE, DOWN] if phase == "shutdown" else []
    failures = [failure(phase, "OSError"), failure(phase, type_, text, kind=kind, traceback=traceback)]
    finding = only(messages, failures, phase if phase in ("startup", "shutdown") else None, end=end)
    assert (finding.code, finding.phase) == ("LS121", phase)
    assert finding.message.startswith(f"the process ended in {phase}: ")
    assert says in finding.message
    assert ("faulthandler" in finding.hint) == (kind == "signal")
    assert ("event loop" in finding.hint) == (kind == "lost")
    assert ("lifespan.startup.failed" in finding.hint) == (kind == "exit" and phase not in ("shutdown", "exit"))
