"""Rules LS401 to LS405 by value, and how they are fed from the wire."""

from dataclasses import replace

import pytest
from cases import COMPLETE, DOWN, FAILED, GOOD, UP, USER, case

from lifespan_cli import rules
from lifespan_cli.assemble.behaviour import handlers_of
from lifespan_cli.events import Registered
from lifespan_cli.report import Handler
from lifespan_cli.tracebacks import UserCode

MS = 1_000_000


def handler(kind="startup", *, name="connect", line=7, ran=1, left=0, mount="", ignored=False, wall=0):
    return Handler(kind, ignored, mount, name, USER, line, ran, left, wall * MS)


def context(name="lifespan", *, ran=1, left=1, line=3, mount=""):
    return handler("lifespan", name=name, ran=ran, left=left, line=line, mount=mount)


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
    assert finding.message == f"the {kind} handler connect is never called beside `lifespan=`"
    assert (finding.path, finding.line) == (USER, 7)


def test_a_handler_beside_a_lifespan_that_was_called_all_the_same():
    assert judged(context(), handler(ran=1, ignored=True)) == ()
    routers = handler(ran=1), handler(ran=0, ignored=True)
    assert codes(context(), *routers) == ["LS403"]  # FastAPI has copied it, and calls the router's own


def test_a_copied_handler_is_told_once():
    assert codes(handler(ran=0, ignored=True), handler(ran=0, ignored=True)) == ["LS401"]
    assert codes(handler(ran=0, ignored=True), handler(ran=0, ignored=True, line=8)) == ["LS401", "LS401"]


# LS402


def test_what_is_mounted_and_never_entered():
    finding = only(context(), context("sessions", mount="/mcp", ran=0, left=0, line=9))
    assert (finding.code, finding.severity, finding.phase, finding.line) == ("LS402", "error", "startup", 9)
    assert finding.message == "the lifespan sessions of what is mounted at /mcp never ran"
    assert "async with" in finding.hint


def test_a_mounted_handler_that_is_never_called():
    assert only(handler("shutdown", mount="/inner", ran=0)).code == "LS403"
    finding = judged(handler(mount="/inner", ran=0))[0]
    assert finding.message == "the startup handler connect of what is mounted at /inner never ran"


def test_a_mounted_lifespan_that_runs_somewhere():
    assert judged(context("sessions"), context("sessions", mount="/mcp", ran=0)) == ()
    assert codes(context("sessions", line=4), context("sessions", mount="/mcp", ran=0)) == ["LS402"]


def test_one_that_is_mounted_in_two_places_is_told_for_each():
    mounts = (context("sessions", mount=mount, ran=0) for mount in ("/a", "/b"))
    assert [finding.message[-20:] for finding in judged(*mounts)] == ["nted at /a never ran", "nted at /b never ran"]


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
    copies = handler(kind, ran=2, wall=300), handler(kind, ran=2, wall=300)
    finding = judged(*copies)[-1]
    assert (finding.code, finding.severity, finding.phase) == ("LS404", "warning", kind)
    assert finding.message == f"the {kind} handler connect ran 2 times in one start, 300 ms in all"
    assert codes(*copies) == ["LS403", "LS404"]


def test_a_lifespan_that_ran_twice():
    assert only(context(ran=2, left=2)).message == "the lifespan ran 2 times in one start"
    assert codes(context(ran=2, left=2), context(ran=2, left=2)) == ["LS404"]


def test_one_function_for_two_applications_runs_for_each():
    both = context(ran=2, left=2), context(ran=2, left=2, mount="/inner")
    assert judged(*both) == ()
    thrice = context(ran=3, left=3), context(ran=3, left=3, mount="/inner")
    assert codes(*thrice) == ["LS404"]


# LS405


def test_a_lifespan_that_was_not_left():
    finding = only(context("sessions", left=0, mount="/mcp"))
    assert (finding.code, finding.severity, finding.phase, finding.line) == ("LS405", "warning", "shutdown", 3)
    assert finding.message == "the lifespan sessions was entered and never left: its shutdown did not run"
    assert codes(context(ran=2, left=1)) == ["LS404", "LS405"]


@pytest.mark.parametrize("messages", [(UP, COMPLETE), (UP, COMPLETE, DOWN), (UP, FAILED)])
def test_an_application_that_did_not_come_down_may_have_left_nothing(messages):
    assert codes(context(left=0), messages=messages) == []


def test_what_the_application_calls_its_functions_is_bounded():
    long = "x" * 5000
    handlers = [
        handler(name=long, ran=2),
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
    rows = (
        ("lifespan", "", "lifespan", "/srv/shop/main.py", 3, 1, 1, 0),
        ("ignored startup", "", "connect", "/srv/shop/main.py", 7, 0, 0, 0),
        ("shutdown", "/inner", "disconnect", None, None, 2, 0, 9),
    )
    assert list(handlers_of([Registered(rows[:1]), Registered(rows[1:])], user)) == [
        Handler("lifespan", False, "", "lifespan", "/srv/shop/main.py", 3, 1, 1, 0),
        Handler("startup", True, "", "connect", "/srv/shop/main.py", 7, 0, 0, 0),
        Handler("shutdown", False, "/inner", "disconnect", None, None, 2, 0, 9),
    ]
