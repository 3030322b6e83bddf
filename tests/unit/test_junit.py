"""JUnit XML: to the letter, and as those who read it see it."""

import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from golden import RULES, STYLE, expected, rendered
from msgspec.structs import replace
from rendering import render
from reports import ALL, CRASHED, CRASHED_TARGET, HUNG, JUDGED, PASSED, PASSED_TARGET

from lifespan_cli.model import Report


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(Path(__file__).parents[1].joinpath("junit.xsd"))


def parsed(report: Report) -> ET.Element:
    return ET.fromstring(rendered("junit", report))


def cases(report: Report) -> dict[str, ET.Element]:
    """The cases of the only target, by name."""
    return {case.get("name", ""): case for case in parsed(report).iter("testcase")}


@pytest.mark.parametrize("name", ALL)
def test_the_document_is_exactly_this_and_satisfies_the_schema(name):
    assert rendered("junit", ALL[name]) == expected("junit", name)
    schema().validate(rendered("junit", ALL[name]))


def test_the_schema_refuses_what_gitlab_would_drop_or_not_show():
    twice = rendered("junit", CRASHED).replace('name="import"', 'name="boot"')
    assert not schema().is_valid(twice)
    assert not schema().is_valid(re.sub(r">error\[LS102\][^<]*<", "><", rendered("junit", CRASHED)))


@pytest.mark.parametrize("name", ALL)
def test_counts_and_times_are_those_of_the_cases(name):
    root = parsed(ALL[name])
    for element in (root, *root.iter("testsuite")):
        assert int(element.get("tests")) == len(list(element.iter("testcase")))
        assert int(element.get("failures")) == len(list(element.iter("failure")))
        assert int(element.get("errors")) == len(list(element.iter("error")))
        assert int(element.get("skipped")) == len(list(element.iter("skipped")))
        times = [float(case.get("time", 0)) for case in element.iter("testcase")]
        assert float(element.get("time")) == pytest.approx(sum(times))


@pytest.mark.parametrize("name", ALL)
def test_a_suite_fails_exactly_when_its_target_does(name):
    suites = list(parsed(ALL[name]).iter("testsuite"))
    for suite, target in zip(suites, ALL[name].targets, strict=False):  # those that were not checked come last
        assert (suite.find("testcase/failure") is not None) == (target.verdict == "failed")


def test_every_rule_that_judged_has_its_case_and_those_without_finding_pass():
    judged = cases(JUDGED)
    names = ["LS101", "LS102 startup-crashed", "LS103 startup-failed", "LS403 deprecated-event-handlers"]
    assert [name for name in judged if name.startswith("LS")] == names
    assert [name for name in names if judged[name].find("failure") is None] == ["LS101", "LS103 startup-failed"]
    assert {rule.code for rule in RULES} == {"LS102", "LS103"}  # the name of LS101 is not known here


def test_what_does_not_count_is_told_and_does_not_fail():
    warned = cases(CRASHED)["LS403 deprecated-event-handlers"]
    assert warned.find("failure") is None
    assert warned.findtext("system-out", "").startswith("warning[LS403] The application uses on_event")
    never = replace(CRASHED, verdict="passed", targets=(replace(CRASHED_TARGET, verdict="passed", fail_on="never"),))
    assert parsed(never).get("failures") == "0"
    assert cases(never)["startup"].findtext("system-out") == "crashed"


def test_several_findings_of_a_rule_are_one_case_with_the_text_of_all():
    first = CRASHED_TARGET.findings[1]
    again = replace(first, message="once more", line=50)
    told = cases(replace(CRASHED, targets=(replace(CRASHED_TARGET, findings=(first, again)),)))["LS102 startup-crashed"]
    (failure,) = told.findall("failure")
    assert failure.get("message") == f"{first.message} (and 1 more)"
    assert "once more\n  --> shop/db.py:50" in failure.text


def test_what_comes_after_a_phase_that_ended_badly_does_not_fail_as_well():
    hung = cases(HUNG)
    assert hung["startup"].find("failure").get("message") == "startup ran out of time after 10.0 s"
    assert hung["exit"].find("skipped").get("message") == "exit was killed, but startup did first"
    assert hung["shutdown"].find("skipped").get("message") == "the run did not come to it"


def test_a_target_that_failed_without_a_finding_has_a_case_that_says_so():
    target = replace(PASSED_TARGET, verdict="failed")
    stopped = cases(Report(2, "0.1.0", "failed", 130, (target,), interrupted=True))
    assert stopped["verdict"].find("failure").get("message") == "interrupted: this report is not complete"
    assert "verdict" not in cases(CRASHED)


def test_the_output_is_told_where_it_went_wrong_and_for_the_whole_suite():
    assert "\n  │ INFO: connecting to 127.0.0.1:5432\n" in cases(CRASHED)["startup"].findtext("failure", "")
    assert parsed(CRASHED).find("testsuite/system-out").text.startswith("INFO: connecting to 127.0.0.1:5432\n")
    assert parsed(PASSED).find("testsuite/system-out").text == "goodbye"


def test_no_file_of_the_runner_is_attached():
    root = parsed(ALL["hostile"])
    texts = [element.text for element in root.iter() if element.tag in ("system-out", "failure")]
    assert any("ATTACHMENT|/etc/passwd" in text for text in texts)
    # the pattern by which GitLab and Jenkins find attachments
    assert not any(re.search(r"\[\[ATTACHMENT\|.+?\]\]", text) for text in texts)


def test_a_stream_that_has_no_unicode_gets_ascii():
    for report in ALL.values():
        assert render("junit", report, replace(STYLE, unicode=False)).isascii()
