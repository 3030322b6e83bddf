"""What is said of the conditions of a check, in every output for people."""

import html

import pytest
from msgspec.structs import replace
from rendering import render
from reports import CRASHED_TARGET, ENVIRONMENT, PASSED_TARGET, WELL

from lifespan_cli.analysis import run_builder
from lifespan_cli.model import NotMeasured, Report
from lifespan_cli.model.events import Hello
from lifespan_cli.output import Style
from lifespan_cli.output.conditions import notes, python_of
from lifespan_cli.probe import internals

OFF = NotMeasured("imports", "importlib._bootstrap._find_and_load takes other arguments in this Python")
NEWER = "Python 3.17.1 is newer than 3.15, the newest that lifespan-check is tested with"


def environment(python, free_threaded=False):
    hello = Hello(0, python, "cpython", "/usr/bin/python3", "linux", free_threaded=free_threaded)
    return run_builder.environment((hello,), "--python", "asyncio", "")


def test_each_is_said_once_however_many_runs_there_are():
    run = replace(WELL, not_measured=(OFF,))
    target = replace(PASSED_TARGET, runs=(run, run), environment=environment("3.17.1"))
    rules = "LS204, LS205, LS211 and LS212 are not judged in full"
    assert notes(target) == [NEWER, f"not measured: imports ({OFF.reason}), so that {rules}"]
    assert notes(PASSED_TARGET) == []


@pytest.mark.parametrize(
    ("newest", "version", "newer"),
    [
        ((3, 15), "3.15.9", False),
        ((3, 15), "3.16.0", True),
        ((3, 9), "3.10.1", True),
        ((3, 15), "4.0.0", True),
        ((3, 15), "", False),
        ((3, 15), "as the application wants it", False),
    ],
)
def test_a_python_that_is_newer_than_the_newest_tested_one(newest, version, newer, monkeypatch):
    monkeypatch.setattr(internals, "NEWEST", newest)
    assert len(notes(replace(PASSED_TARGET, environment=environment(version)))) == newer


def test_a_report_of_an_earlier_version_does_not_tell_which_python_it_was_tested_with():
    assert notes(replace(PASSED_TARGET, environment=replace(ENVIRONMENT, python="3.99.0"))) == []


def test_a_free_threaded_interpreter_is_named_as_such():
    assert python_of(environment("3.15.2")) == "3.15.2"
    assert python_of(environment("3.15.2", free_threaded=True)) == "3.15.2 free-threaded"


@pytest.mark.parametrize("output_format", ["text", "html", "markdown"])
def test_every_output_for_people_says_so(output_format):
    run = replace(WELL, not_measured=(OFF,))
    target = replace(PASSED_TARGET, runs=(run,), environment=environment("3.17.1", free_threaded=True))
    report = Report(2, "0.1.0", "passed", 0, (target,))
    said = " ".join(html.unescape(render(output_format, report, Style(width=200))).split())
    for line in (*notes(target), "Python 3.17.1 free-threaded"):
        assert line in said


def test_which_handlers_ran_is_no_question_where_the_application_did_not_come_up():
    entry = NotMeasured(internals.REGISTERED, "there are no events")
    for target, many in ((PASSED_TARGET, 1), (CRASHED_TARGET, 0)):
        run = replace(target.runs[0], not_measured=(entry,))
        assert len(notes(replace(target, runs=(run,)))) == many
