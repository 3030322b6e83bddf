"""The folder of applications of frameworks: what the rules on frameworks find in each is what its first line says.

The comments at a file's top are those of the applications in `apps`; the findings' lines are those that end with
`# here`, all of them. The rules on target, protocol and leftovers are asked too, and have nothing to say but what is
expected.
"""

import sys
from collections import Counter
from pathlib import Path

import pytest
from conftest import Check
from corpus import SEVERITIES, Case, read

FOLDER = Path(__file__).parents[1] / "frameworks" / "rules"
CASES = [read(file.stem, file.read_text()) for file in sorted(FOLDER.glob("*.py"))]
FRAMEWORKS = ("fastapi", "starlette", "litestar", "quart")
UNCERTAIN = sys.version_info < (3, 12)
"""The interpreter has no events of code objects: what did not run was only not seen to run."""
CERTAIN_ONLY: dict[str, tuple[str, ...]] = {
    "fastapi_handlers_called_by_index": (),
    "starlette_entered_once_more": (),
}
"""What is still found then, where it is less."""
REMOVED = {"LS401", "LS403"}
"""Rules on handlers, which Starlette has removed."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_found_is_what_was_expected(case: Case, check: Check):
    outcome = check(*case.words, "--select=LS3", "--select=LS4", cwd=FOLDER)

    findings = outcome.target.findings
    expected = CERTAIN_ONLY.get(case.name, case.codes) if UNCERTAIN else case.codes
    assert outcome.codes == list(expected), [finding.message for finding in findings]
    severities = {**SEVERITIES, "LS401": "warning", "LS402": "warning"} if UNCERTAIN else SEVERITIES
    assert [finding.severity for finding in findings] == [severities[code] for code in expected]
    assert outcome.stderr == ""
    if case.has_place and expected == case.codes:
        lines = (FOLDER / f"{case.name}.py").read_text().splitlines()
        places = {(str(FOLDER / f"{case.name}.py"), number) for number, line in enumerate(lines, 1) if "# here" in line}
        assert {(finding.path, finding.line) for finding in findings} == places


def test_each_rule_is_broken_twice_on_each_framework_and_kept_twice():
    broken = Counter((framework, code) for framework, case in _by_framework() for code in set(case.codes))
    rules = {code for code in SEVERITIES if code.startswith("LS4")}
    expected = {("fastapi", code) for code in rules} | {("starlette", code) for code in rules - REMOVED}
    assert {pair for pair, count in broken.items() if count >= 2} >= expected
    kept = Counter(framework for framework, case in _by_framework() if not case.codes)
    assert set(kept) == set(FRAMEWORKS)
    assert min(kept.values()) >= 2


def _by_framework() -> list[tuple[str, Case]]:
    return [(case.name.partition("_")[0], case) for case in CASES]
