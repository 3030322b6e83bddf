"""Which rules rest on what was not measured."""

import pytest
from msgspec.structs import replace
from reports import WELL
from trees import imported, phase, run

from lifespan_cli import rules
from lifespan_cli.analysis.diagnosis import diagnose
from lifespan_cli.model import NotMeasured
from lifespan_cli.model.not_measured import RESTING, off, said
from lifespan_cli.probe import internals
from lifespan_cli.rules import RULES, Case


def test_every_code_is_of_a_rule():
    assert {code for codes in RESTING.values() for code in codes} <= {rule.code for rule in RULES}


@pytest.mark.parametrize("measurement", RESTING)
def test_a_rule_says_what_it_rests_on_that_is_off(measurement):
    entry = NotMeasured(measurement, "it does not exist")
    without = replace(WELL, not_measured=(NotMeasured("something else", "it is gone"), entry))
    assert {rule.code for rule in RULES if off(without, rule.code)} == set(RESTING[measurement])
    assert {off(without, code) for code in RESTING[measurement]} == {entry}
    assert all(off(WELL, rule.code) is None for rule in RULES)


@pytest.mark.parametrize(
    ("measurement", "ends"),
    [
        ("what threads run", "not measured: what threads run (it is gone)"),
        (internals.COMPILATIONS, "not measured: compilations (it is gone), so that LS210 is not judged in full"),
        (
            internals.IMPORTS,
            "not measured: imports (it is gone), so that LS204, LS205, LS211 and LS212 are not judged in full",
        ),
    ],
)
def test_it_is_said_in_one_line(measurement, ends):
    assert said(NotMeasured(measurement, "it is gone")) == ends


def test_a_limit_on_blocking_never_passes_where_the_lines_are_not_measured():
    off = replace(run(phase("startup", 900)), not_measured=(NotMeasured(internals.LINES, "it is gone"),))
    assert rules.apply(Case("main:app", off, diagnose((off,))), select=("LS203",)) == ()
    (finding,) = rules.apply(Case("main:app", off, diagnose((off,)), max_blocking_ns=10**12), select=("LS203",))
    assert (finding.severity, finding.message) == (
        "error",
        "--max-blocking could not be judged: the times of lines are not measured (it is gone)",
    )
    measured = run(phase("startup", 900), imports=[imported("main", 1)])
    assert (
        rules.apply(Case("main:app", measured, diagnose((measured,)), max_blocking_ns=10**12), select=("LS203",)) == ()
    )
