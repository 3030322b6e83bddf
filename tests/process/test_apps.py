"""The folder of misbehaving applications: the whole command finds in each what its first line says, and nothing else.

The rules on target and protocol judge them all, others only where one of them is expected or an option selects them:
what an application takes in time depends on what else the machine does. What hangs does so for an hour: a run that ends
has not waited for it.
"""

import re

import pytest
from conftest import APPS, JUDGED, Check, Outcome, line_with
from corpus import CASES, SEVERITIES, Case

OF_VERSIONS = {"LS2", "LS3"}
"""The rules that rest on sampling and on what asyncio and the interpreter keep."""


def parameter(case: Case) -> object:
    depends = OF_VERSIONS & {code[:3] for code in case.codes}
    return pytest.param(case, id=case.name, marks=[pytest.mark.versions] if depends else [])


@pytest.mark.parametrize("case", [parameter(case) for case in CASES])
def test_what_is_found_is_what_was_expected(case: Case, check: Check):
    outcome = check(*case.words)

    assert outcome.codes == list(case.codes), [finding.message for finding in outcome.target.findings]
    severities = [finding.severity for finding in outcome.target.findings]
    assert outcome.exit_code == ("error" in severities)
    assert outcome.target.verdict == ("failed" if "error" in severities else "passed")
    if "--lifespan" not in case.words:
        assert severities == [SEVERITIES[code] for code in case.codes]
    assert outcome.stderr == ""
    assert outcome.survivors == ()
    if case.has_place:
        assert_place(case, outcome)
    assert_limits(case, outcome)


def assert_limits(case: Case, outcome: Outcome) -> None:
    """A phase that was ended for its time had the time that the options give, and no less."""
    over = [failure for failure in outcome.run.failures if failure.kind == "timeout"]
    assert {failure.phase for failure in over} == {one.name for one in outcome.run.phases if one.status == "timeout"}
    for failure in over:
        (limit_s,) = [limit_s for limit_s in case.limits_s if failure.message == f"no end after {limit_s:g} s"]
        assert outcome.wall_s >= limit_s


def assert_place(case: Case, outcome: Outcome) -> None:
    place = (str(APPS / f"{case.name}.py"), line_with(case.name, "# here"))
    for failure in outcome.run.failures:
        assert (failure.path, failure.line) == place
        for stack in failure.stacks[:1]:  # of what hung; of an exception there is the traceback
            assert place in [(call.path, call.line) for call in stack.calls]
    assert [(finding.path, finding.line) for finding in outcome.target.findings] in ([place], [])


def test_every_rule_on_target_and_protocol_has_an_application_that_breaks_it():
    expected = {code for case in CASES for code in case.codes}
    assert expected <= set(SEVERITIES)
    assert {code for code in SEVERITIES if code.startswith(JUDGED)} <= expected


def test_every_file_says_what_is_expected_in_its_first_line():
    for file in [*APPS.glob("[!_]*.py"), *APPS.glob("*/__init__.py")]:
        assert re.match(r"# expect: (none|LS\d{3}( LS\d{3})*)\n", file.read_text()), file
