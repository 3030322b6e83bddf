"""One finding a line, by exact text."""

import re

from hypothesis import given, settings
from msgspec.structs import replace
from record_values import NAMES, values
from rendering import render
from reports import ALL, CRASHED, CRASHED_TARGET, EVIL, HOSTILE, PASSED, ROOT, SEVERAL_TARGETS, UNCHECKED

from lifespan_cli.model import Finding, Report
from lifespan_cli.output import Style


def concise(report: Report, **style) -> str:
    return render("concise", report, Style(root=ROOT, **style))


def of(*findings: Finding) -> Report:
    return Report(2, "0.1.0", "failed", 1, (replace(CRASHED_TARGET, findings=findings),))


def finding(path: str | None, line: int | None, message: str = "blocked for 351 ms") -> Finding:
    return Finding("LS203", "event-loop-blocked", "warning", message, "startup", path, line, "Await it.")


def test_a_line_for_each_finding_in_the_order_of_the_report():
    assert concise(CRASHED) == (
        "shop/main.py:30: warning LS403 The application uses on_event, which is deprecated.\n"
        "shop/db.py:41: error LS102 The application raised ConnectionRefusedError during startup: "
        "[Errno 111] Connect call failed ('127.0.0.1', 5432)\n"
    )


def test_nothing_is_written_without_a_finding():
    assert concise(PASSED) == ""
    assert concise(ALL["empty"]) == ""


def test_the_place_is_a_path_a_path_elsewhere_or_the_target():
    assert concise(of(finding(f"{ROOT}/a.py", 3), finding("/opt/b.py", 4), finding(f"{ROOT}/c.py", None))) == (
        "a.py:3: warning LS203 blocked for 351 ms\n"
        "/opt/b.py:4: warning LS203 blocked for 351 ms\n"
        "c.py: warning LS203 blocked for 351 ms\n"
    )
    assert concise(of(finding(None, None))) == "shop.main:app: warning LS203 blocked for 351 ms\n"


def test_several_targets_come_in_order_and_those_that_could_not_be_checked_last():
    findings = [item.message for target in SEVERAL_TARGETS.targets for item in target.findings]
    lines = concise(SEVERAL_TARGETS).splitlines()
    assert len(lines) == len(findings) > 1
    assert all(line.endswith(message) for line, message in zip(lines, findings, strict=True))
    assert concise(UNCHECKED) == "bad:app: error: trio is not installed: python -m pip install trio\n"


def test_hostile_strings_stay_on_their_line():
    for style in ({}, {"verbose": True}, {"unicode": False}):
        shown = concise(HOSTILE, **style)
        assert EVIL not in shown
        assert len(shown.splitlines()) == len(HOSTILE.errors) + sum(len(one.findings) for one in HOSTILE.targets)
        assert all(line.isprintable() for line in shown.splitlines())
    assert concise(HOSTILE, unicode=False).isascii()
    forged = concise(of(finding("a\n::error file=b.py::owned", 1, "x\n\x1b[2J\u202e##[error]y")))
    assert forged == ("a\\n\\x3a:error file=b.py::owned:1: warning LS203 x\\n\\x1b[2J\\u202e\\x23#[error]y\n")


def test_no_command_to_a_runner_comes_about_where_two_parts_meet():
    assert concise(of(finding("::error", None))).startswith("::error: warning LS203")
    assert concise(of(finding("a:", None, ":error ::x"))).startswith("a:: warning LS203 :error ::x")
    name = replace(CRASHED_TARGET, target=":", findings=(finding(None, None),))
    assert concise(Report(2, "0.1.0", "failed", 1, (name,))).startswith(":: warning LS203")


def test_a_long_message_is_cut_unless_everything_is_asked_for():
    long = of(finding("/a.py", 1, "x" * 5000))
    assert len(concise(long)) < 2100
    assert concise(long).endswith(" more characters]\n")
    assert len(concise(long, verbose=True)) > 5000


@settings(max_examples=40)
@given(values(Report, NAMES))
def test_any_report_has_a_line_for_each_finding_and_error(shown):
    lines = concise(shown).split("\n")
    assert lines.pop() == ""
    found = [item for target in shown.targets for item in target.findings]
    assert len(lines) == len(found) + len(shown.errors)
    for line, item in zip(lines, found, strict=False):
        assert re.search(rf": {item.severity} {item.code} ", line)
