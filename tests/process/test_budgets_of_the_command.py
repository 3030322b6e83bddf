"""Rules LS201, LS202, LS211 and LS212 on applications that no machine is too quick or too slow for."""

import json

import pytest
from conftest import Check, line_with

CODES = ("LS201", "LS202", "LS211", "LS212")


def found(check: Check, app: str, *words: str):
    """What these rules find in an application; others may say that the machine is busy."""
    outcome = check(f"{app}:app", *(f"--select={code}" for code in CODES), *words)
    return outcome.exit_code, [(finding.code, finding.phase, finding.line) for finding in outcome.target.findings]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--max-startup", "100ms"], [("LS201", "startup", "await asyncio.sleep")]),
        (["--max-startup", "60s", "--max-total", "100ms"], [("LS201", "startup", "await asyncio.sleep")]),
        (["--max-cpu", "0.01ms"], [("LS201", None, None)]),
        (["--forbid-import", "decimal"], [("LS211", "import", "import decimal")]),
        (["--forbid-import", "torch,statistics"], [("LS211", "startup", "import statistics")]),
        (["--max-modules", "2"], [("LS212", "import", None)]),
        (["--max-startup", "60s", "--max-import", "60s", "--max-shutdown", "60s", "--max-total", "90s"], []),
        (["--max-cpu", "60s", "--max-memory", "10GB", "--max-modules", "5000", "--forbid-import", "torch"], []),
    ],
    ids=lambda value: (
        " ".join(value)[:40] if isinstance(value, list) and all(isinstance(v, str) for v in value) else ""
    ),
)
def test_a_budget_on_the_command_line(words: list[str], expected: list[tuple[str, str | None, str]], check: Check):
    exit_code, findings = found(check, "spends_its_budgets", *words)
    assert exit_code == bool(expected)
    assert [code for code, *_ in findings] == [code for code, *_ in expected]
    for (_, phase_name, line), (_, expected_phase, text) in zip(findings, expected, strict=True):
        if text:
            assert (phase_name, line) == (expected_phase, line_with("spends_its_budgets", text))


def test_a_baseline_of_the_same_application_an_hour_quicker_and_slower(check: Check, tmp_path):
    saved = tmp_path / "baseline.json"
    assert found(check, "spends_its_budgets", "--save-baseline", str(saved)) == (0, [])
    report = json.loads(saved.read_text())

    def with_startup(wall_ns: int, **environment: str) -> None:
        target = report["targets"][0]
        target["environment"] |= environment
        for one in target["runs"][0]["phases"]:
            one |= {"wall_ns": wall_ns, "frames": []} if one["name"] == "startup" else {"wall_ns": 3_600_000_000_000}
        saved.write_text(json.dumps(report))

    with_startup(1)
    line = line_with("spends_its_budgets", "await asyncio.sleep")
    assert found(check, "spends_its_budgets", "--baseline", str(saved)) == (1, [("LS202", "startup", line)])
    with_startup(3_600_000_000_000)
    assert found(check, "spends_its_budgets", "--baseline", str(saved)) == (0, [])
    with_startup(1, machine="Another, arm64, 8 cores")
    assert found(check, "spends_its_budgets", "--baseline", str(saved)) == (0, [("LS202", None, None)])
    anyhow = found(check, "spends_its_budgets", "--baseline", str(saved), "--baseline-any")
    assert anyhow == (1, [("LS202", "startup", line)])
