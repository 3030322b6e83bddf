"""What servers would make of a run, by value. `tests/servers` holds the same statements against the real servers."""

import pytest
from cases import APP, COMPLETE, DOWN, FAILED, GOOD, STOPPED, UP, failure, message
from hypothesis import given, settings
from msgspec.structs import replace
from record_values import NAMES, values

from lifespan_cli.model import Conduct, Exit, Phase, Run
from lifespan_cli.servers import outcomes

SECOND_NS = 1_000_000_000
ASYNC = replace(APP, traits=("callable", "by-name", "async"))
ALL = ["uvicorn", "uvicorn on", "hypercorn", "granian", "gunicorn", "daphne"]


def run(messages=GOOD, *failures, app=ASYNC, end=None, startup_ns=1000, status="ok", **conduct) -> Run:
    phases = (Phase("startup", status, 0, startup_ns, None, None),)
    return Run(phases, (), tuple(messages), failures, (), end or Exit(0, None), app, Conduct(**conduct))


def told(run: Run, attribute: str = "app", factory: bool = False) -> dict:
    """Outcome, exit code and sentence of every server."""
    found = outcomes(run, "shop.main", attribute, factory=factory)
    names = [item.server + (" on" if item.mode == "on" else "") for item in found]
    return {name: (item.outcome, item.exit_code, item.says) for name, item in zip(names, found, strict=True)}


def short(run: Run, attribute: str = "app", factory: bool = False) -> str:
    """One word for every server but daphne: `starts exit3 ...`."""
    words = {"starts-without-lifespan": "without", "error-500": "500"}
    shown = [
        f"exit{code}" if outcome == "refuses" else words.get(outcome, outcome)
        for name, (outcome, code, _) in told(run, attribute, factory).items()
        if name != "daphne"
    ]
    return " ".join(shown)


def test_an_application_that_starts_starts_everywhere_and_nothing_is_logged():
    found = told(run())

    assert list(found) == ALL
    assert [found[name] for name in ALL[:-1]] == [("starts", None, "")] * 5
    assert found["daphne"] == ("starts-without-lifespan", None, "")


def test_every_statement_names_the_version_it_was_verified_with():
    versions = {item.server: item.version for item in outcomes(run(), "shop.main")}

    assert versions == {
        "uvicorn": "0.54.0",
        "hypercorn": "0.18.0",
        "granian": "2.8.7",
        "gunicorn": "27.0.1",
        "daphne": "4.2.3",
    }


def test_a_hidden_error_is_said_in_plain_words():
    crashed = run([UP], failure("startup"), status="crashed", ended_in="startup")
    first = outcomes(crashed, "shop.main")[0]

    assert (first.server, first.mode) == ("uvicorn", "auto")
    assert first.statement == "serves without your startup"
    assert first.says == "ASGI 'lifespan' protocol appears unsupported."
    assert short(crashed) == "without exit3 without without without"


def test_a_refusal_is_no_hidden_error():
    refused = outcomes(run([], failure("startup"), status="unsupported", ended_in="startup"), "shop.main")

    assert "error" not in " ".join(item.statement for item in refused)
    assert refused[1].outcome == "refuses"


def test_the_message_of_a_failed_startup_is_what_they_log():
    found = told(run([UP, FAILED], ended_in="startup"))

    assert found["uvicorn"] == found["uvicorn on"] == ("refuses", 3, "no database")
    assert found["hypercorn"] == ("refuses", 0, "Lifespan failure in startup. 'no database'")
    assert found["granian"] == ("refuses", 1, "no database")
    assert found["gunicorn"] == (
        "refuses",
        3,
        "ASGI lifespan startup failed: Lifespan startup failed: no database",
    )
    assert found["daphne"] == ("starts-without-lifespan", None, "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Application startup failed. Exiting."),
        ("Traceback (most recent call last):\n  File ...\nOSError: no route\n", "OSError: no route"),
        ("x" * 1000, "x" * 300),
        ("\n \n", "Application startup failed. Exiting."),
    ],
)
def test_a_message_is_bounded_and_of_a_traceback_the_exception_is_taken(text, says):
    failed = message("lifespan.startup.failed", text=text)

    assert told(run([UP, failed]))["uvicorn"] == ("refuses", 3, says)


def test_a_message_that_is_no_text_is_not_made_up():
    failed = replace(message("lifespan.startup.failed"), fields={"type": "str", "message": "ValueError"})

    assert told(run([UP, failed]))["hypercorn"] == ("refuses", 0, "Lifespan failure in startup.")


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (run([UP], ended_in="startup"), "without without without without without"),
        (run([UP], failure("startup", "asyncio.exceptions.CancelledError", "")), "without exit3 exit0 without without"),
        (run([UP], failure("startup", "BaseExceptionGroup", "two")), "without exit3 without without without"),
        (run([UP, COMPLETE], ended_in="hold", ended_at_once=True), "starts starts starts starts starts"),
        (run([UP, COMPLETE], failure("hold"), ended_at_once=True), "starts exit3 starts starts starts"),
        (run([UP, COMPLETE], failure("hold")), "starts starts starts starts starts"),
        (
            run([UP, COMPLETE, replace(COMPLETE, phase="hold")], failure("hold", from_probe=True), ended_at_once=True),
            "starts exit3 starts starts starts",
        ),
        (
            run([UP, COMPLETE, replace(FAILED, phase="hold")], failure("hold", from_probe=True), ended_at_once=True),
            "starts exit3 exit0 starts exit3",
        ),
        (run([UP, COMPLETE], failure("hold", "os._exit", kind="exit"), end=Exit(1, None)), " ".join(["depends"] * 5)),
        (run([UP, COMPLETE, DOWN], failure("shutdown")), "starts starts starts starts starts"),
        (run([UP, COMPLETE, DOWN], failure("shutdown", kind="timeout")), "starts starts starts starts starts"),
    ],
)
def test_how_startup_ends_decides(seen, expected):
    assert short(seen) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (message("lifespan.startup.ready"), "without exit3 without without depends"),
        (message("<type: bytes>", fields={"type": "bytes"}), "without exit3 without without depends"),
        (message("lifespan.shutdown.complete"), "without exit3 depends without depends"),
        (message("<str>", python_type="str", fields={}), "without exit3 without without without"),
        (message("<no type>", fields={}), "without exit3 without without without"),
        (message("<mappingproxy>", python_type="mappingproxy", fields={}), " ".join(["depends"] * 5)),
    ],
)
def test_what_a_server_accepts_that_the_tool_does_not_is_no_reason_to_guess(sent, expected):
    raised = failure("startup", "lifespan_cli.probe.lifespan.driver.UnexpectedMessageError", from_probe=True)

    assert short(run([UP, sent], raised, status="crashed", ended_in="startup")) == expected


def test_a_refused_message_counts_no_more_once_another_was_accepted_by_those_that_refuse_it():
    assert short(run([UP, message("lifespan.startup.ready"), COMPLETE])) == "starts starts starts starts depends"


@pytest.mark.parametrize(
    ("conduct", "expected"),
    [
        ({"cancelled": True, "ended_in": "startup"}, "hangs hangs exit0 hangs without"),
        ({"cancelled": True, "swallowed_cancellation": True}, "hangs hangs hangs hangs without"),
        ({}, "hangs hangs hangs hangs hangs"),
    ],
)
def test_who_waits_and_how_long_depends_on_whether_the_loop_goes_on(conduct, expected):
    assert short(run([UP], failure("startup", kind="timeout"), status="timeout", **conduct)) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (29, "starts starts starts starts starts"),
        (31, "starts starts starts starts without"),
        (61, "starts starts exit0 starts without"),
    ],
)
def test_a_long_startup_is_more_than_some_wait_for(seconds, expected):
    assert short(run(startup_ns=seconds * SECOND_NS)) == expected


def test_a_signal_is_the_servers_own_where_it_has_no_workers():
    killed = run([UP], failure("startup", "signal", "signal 9", kind="signal"), end=Exit(None, 9))

    assert short(killed) == "exit-9 exit-9 exit0 exit1 hangs"
    assert outcomes(killed, "shop.main")[0].statement == "ends with the application: by signal 9"


def test_an_exit_in_another_task_ends_what_catches_one_in_the_lifespan():
    raw = failure("startup", "SystemExit", "2", kind="exit")
    elsewhere = replace(raw, traceback="  File base_events.py, line 1, in run_until_complete\nSystemExit: 2\n")

    assert short(run([UP], raw)) == "without exit3 exit0 exit1 depends"
    assert short(run([UP], elsewhere)) == "exit2 exit2 exit0 exit1 depends"


def test_exit_code_zero_is_named_for_what_it_is():
    (hypercorn,) = [item for item in outcomes(run([UP, FAILED]), "shop.main") if item.server == "hypercorn"]

    assert hypercorn.statement == "shows the message and does not start: exit code 0 (looks like success)"


def test_a_run_that_was_stopped_tells_nothing():
    assert outcomes(run([], app=None), "shop.main") == ()
    assert short(run([UP, COMPLETE, DOWN, STOPPED])) == "starts starts starts starts starts"


@settings(max_examples=200)
@given(values(Run, NAMES))
def test_whatever_was_seen_every_server_is_told_of_or_none(seen):
    found = outcomes(seen, "shop.main")

    assert [item.server for item in found] in ([], [name.partition(" ")[0] for name in ALL])
    assert all((item.exit_code is not None) == (item.outcome == "refuses") for item in found)
    assert all(item.statement for item in found)
