"""Applications that lose time at one known line: the whole command names it, and says what it did there."""

import pytest
from conftest import APPS, Check, line_with

TIME = ("--select", "LS2")


@pytest.mark.parametrize(
    ("name", "phase", "says"),
    [
        ("blocks_the_loop", "startup", "load blocked the event loop for "),
        ("blocks_the_loop", "startup", " during startup: `time.sleep(0.3)"),
        ("blocks_the_loop_by_computing", "startup", "load blocked the event loop for "),
        ("blocks_the_loop_by_an_import", "startup", "importing slow_library blocked the event loop for "),
        ("blocks_the_loop_in_a_task", "hold", "poll blocked the event loop for "),
        ("imports_a_slow_library", "import", "importing slow_library takes "),
        ("imports_a_slow_library", "import", "it mostly waits ("),
        ("works_at_import", "import", "top-level code of works_at_import takes "),
        ("computes_at_import", "import", "top-level code of computes_at_import takes "),
        ("waits_in_a_row", "startup", "app awaits independent calls one after another at lines 12 and 13; "),
    ],
)
def test_the_line_is_named(name: str, phase: str, says: str, check: Check):
    options = ("--hold", "0.6") if phase == "hold" else ()
    (finding,) = check(f"{name}:app", *TIME, *options).target.findings

    assert (finding.path, finding.line, finding.phase) == (str(APPS / f"{name}.py"), line_with(name, "# here"), phase)
    assert says in finding.message


def test_a_limit_for_blocking_makes_the_check_fail(check: Check):
    beyond = check("blocks_the_loop:app", *TIME, "--max-blocking", "200ms")
    assert (beyond.exit_code, beyond.codes, beyond.target.findings[0].severity) == (1, ["LS203"], "error")

    within = check("blocks_the_loop:app", *TIME, "--max-blocking", "30s")
    assert (within.exit_code, within.codes) == (0, [])


@pytest.mark.parametrize("name", ["clean_waits_in_a_row", "clean_work_in_threads"])
def test_waits_that_must_be_and_work_elsewhere_are_no_findings(name: str, check: Check):
    assert check(f"{name}:app", *TIME).codes == []
