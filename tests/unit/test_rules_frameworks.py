"""Rules LS401 to LS405 by value, and how they are fed from the wire."""

import pytest
from cases import COMPLETE, DOWN, FAILED, GOOD, UP, USER, case
from msgspec.structs import replace

from lifespan_cli import rules
from lifespan_cli.analysis.application import handlers_of
from lifespan_cli.analysis.tracebacks import UserCode
from lifespan_cli.model import Handler, Phase
from lifespan_cli.model.events import Registered

MS = 1_000_000


WHY = "Python 3.11 has no events of code objects"


def handler(kind="startup", *, name="connect", line=7, ran=1, left=0, mount="", ignored=False, wall=0, **other):
    fields = {"framework": "FastAPI", "deprecated": kind != "lifespan", **other}
    return Handler(kind, ignored, mount, name, USER, line, ran, left, wall * MS, **fields)


def context(name="lifespan", *, ran=1, left=1, line=3, mount="", **other):
    return handler("lifespan", name=name, ran=ran, left=left, line=line, mount=mount, **other)


def judged(*handlers, messages=GOOD):
    one = case(messages)
    return rules.apply(replace(one, run=replace(one.run, handlers=handlers)), select=("LS4",))


def only(*handlers, **other):
    (finding,) = judged(*handlers, **other)
    return finding


def codes(*handlers, **other):
    return [finding.code for finding in judged(*handlers, **other)]


def test_a_lifespan_that_was_entered_and_left_is_nothing_to_tell():
    assert judged() == judged(context()) == judged(context(), context("sessions", mount="/inner", line=9)) == ()


# LS401


@pytest.mark.parametrize("kind", ["startup", "shutdown"])
def test_a_handler_beside_a_lifespan(kind):
    finding = only(context(), handler(kind, ran=0, ignored=True))
    assert (finding.code, finding.severity, finding.phase) == ("LS401", "error", kind)
    ignores = f"FastAPI ignores on_{kind} handlers when lifespan= is given"
    assert finding.message == f"{kind} handler connect never runs: {ignores}"
    assert (finding.path, finding.line) == (USER, 7)


def test_a_handler_beside_a_lifespan_that_was_called_all_the_same():
    assert judged(context(), handler(ran=1, ignored=True)) == ()
    routers = handler(ran=1), handler(ran=1, ignored=True)
    assert codes(context(), *routers) == ["LS403"]  # FastAPI has copied it, and calls the router's own


@pytest.mark.parametrize("where", [{"ignored": True}, {"mount": "/a"}])
def test_what_was_only_not_seen_to_run_is_no_error(where):
    finding = only(context(), handler(ran=0, uncertain=WHY, deprecated=False, **where))
    assert finding.severity == "warning"
    assert finding.message.startswith(f"startup handler connect was not seen to run ({WHY}): ")


def test_what_cannot_be_told_is_not_reported():
    assert judged(handler(ran=None, ignored=True), context(ran=None, mount="/a"), context(ran=None)) == ()


def test_a_copied_handler_is_told_once():
    assert codes(handler(ran=0, ignored=True), handler(ran=0, ignored=True)) == ["LS401"]
    assert codes(handler(ran=0, ignored=True), handler(ran=0, ignored=True, line=8)) == ["LS401", "LS401"]


# LS402


def test_what_is_mounted_and_never_entered():
    finding = only(context(), context("sessions", mount="/mcp", ran=0, left=0, line=9))
    assert (finding.code, finding.severity, finding.phase, finding.line) == ("LS402", "error", "startup", 9)
    assert finding.message == (
        "lifespan sessions never runs: it belongs to the FastAPI app mounted at /mcp, "
        "and a server starts the outermost app only"
    )
    assert "async with" in finding.hint


def test_a_mounted_handler_that_is_never_called():
    assert only(handler("shutdown", mount="/inner", ran=0)).code == "LS403"
    finding = judged(handler(mount="/inner", ran=0))[0]
    start = "startup handler connect never runs: it belongs to the FastAPI app mounted at /inner"
    assert finding.message.startswith(start)


def test_what_is_wrapped_and_never_entered():
    finding = only(context(ran=0, left=0, framework="Litestar"))
    assert finding.message == (
        "lifespan never runs: nothing passes the lifespan on to the Litestar app that it belongs to"
    )
    assert finding.hint == "Pass the lifespan on to it, or start it in the outer lifespan."


@pytest.mark.parametrize(("status", "expected"), [("unsupported", ["LS402"]), ("crashed", [])])
def test_where_startup_was_refused_servers_serve_without_what_is_behind(status, expected):
    one = case(())
    startup = Phase("startup", status, 0, 1, None, None)
    run = replace(one.run, phases=(startup,), handlers=(context(ran=0, left=0),))
    assert [finding.code for finding in rules.apply(replace(one, run=run), select=("LS4",))] == expected


def test_one_that_is_mounted_in_two_places_is_told_for_each():
    mounts = (context("sessions", mount=mount, ran=0) for mount in ("/a", "/b"))
    assert ["mounted at /a" in one.message for one in judged(*mounts)] == [True, False]


@pytest.mark.parametrize("messages", [(UP,), (UP, FAILED)])
def test_an_application_that_never_was_up_may_not_have_come_to_it(messages):
    assert judged(handler(ran=0, ignored=True), context(mount="/mcp", ran=0), messages=messages) == ()


# LS403


def test_deprecated_handlers_are_one_note():
    finding = only(handler(), handler("shutdown", name="disconnect", line=12))
    assert (finding.code, finding.severity, finding.phase, finding.line) == ("LS403", "info", "startup", 7)
    assert finding.message == "connect and 1 more: `on_event`, `on_startup` and `on_shutdown` are deprecated"
    assert only(handler("shutdown")).phase == "shutdown"
    assert only(handler(), handler()).message.startswith("connect: ")
    assert "1.0" in finding.hint


# LS404


@pytest.mark.parametrize("kind", ["startup", "shutdown"])
def test_a_handler_that_ran_twice(kind):
    copies = handler(kind, ran=2, repeated=1, wall=300), handler(kind, ran=2, repeated=1, wall=300)
    finding = judged(*copies)[-1]
    assert (finding.code, finding.severity, finding.phase) == ("LS404", "warning", kind)
    assert finding.message == f"the {kind} handler connect ran 2 times in one start, 300 ms in all"
    assert codes(*copies) == ["LS403", "LS404"]


def test_a_handler_that_was_not_seen_to_run_and_is_registered_twice():
    copies = [handler(ran=None, repeated=2, uncertain=WHY)] * 3
    finding = judged(*copies)[-1]
    assert (finding.code, finding.severity) == ("LS404", "warning")
    assert finding.message == f"the startup handler connect is registered 3 times, to run as often in one start ({WHY})"
    assert codes(*copies) == ["LS403", "LS404"]
    assert codes(*copies, messages=(UP, FAILED)) == ["LS403"]


def test_a_lifespan_that_ran_twice():
    twice = context(ran=2, left=2, repeated=1)
    assert only(twice).message == "the lifespan ran 2 times in one start"
    assert codes(twice, twice) == ["LS404"]


def test_one_that_ran_as_often_as_it_is_registered():
    assert judged(context(ran=2, left=2), context(ran=2, left=2, mount="/inner")) == ()


# LS405


def test_a_lifespan_that_was_not_left():
    finding = only(context("sessions", left=0, mount="/mcp"))
    assert (finding.code, finding.severity, finding.phase, finding.line) == ("LS405", "warning", "shutdown", 3)
    assert finding.message == "the lifespan sessions was entered and never left: its shutdown did not run"
    assert codes(context(ran=2, left=1, repeated=1)) == ["LS404", "LS405"]


@pytest.mark.parametrize("messages", [(UP, COMPLETE), (UP, COMPLETE, DOWN), (UP, FAILED)])
def test_an_application_that_did_not_come_down_may_have_left_nothing(messages):
    assert codes(context(left=0), messages=messages) == []


def test_what_the_application_calls_its_functions_is_bounded():
    long = "x" * 5000
    handlers = [
        handler(name=long, ran=2, repeated=1),
        handler(name=long, ran=0, ignored=True, line=1),
        replace(context(long, ran=0, line=2), mount=long),
        context(long, left=0, line=3),
    ]
    found = judged(*handlers)
    assert {finding.code for finding in found} == {"LS401", "LS402", "LS403", "LS404", "LS405"}
    assert all(len(finding.message) < 600 for finding in found)


# from the wire


def test_what_the_probe_has_seen():
    user = UserCode((), (), None)
    path = "/srv/shop/main.py"
    rows = (
        Handler("lifespan", False, "", "lifespan", path, 3, 2, 1, 9, "FastAPI", 1, True, ""),
        Handler("shutdown", True, "/inner", "disconnect", None, None, 2, 1, 9, "FastAPI", 1, True, ""),
    )
    assert tuple(handlers_of([Registered(rows[:1]), Registered(rows[1:])], user)) == rows
