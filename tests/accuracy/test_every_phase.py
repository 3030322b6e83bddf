"""Whether the rows of the report tell the truth of an application that knows its own costs, in every phase.

The bounds are generous, since others use the machine, too: a run that misses them is repeated.
"""

import json
from pathlib import Path

import pytest
from conftest import Check
from known_costs.comparing import APPS, interpreters

MS = 1_000_000
ATTEMPTS = 4
SLACK_NS, SLACK = 50 * MS, 0.15
PHASES = {"import", "resolve", "startup", "request", "shutdown", "exit"}
PYTHONS = interpreters()


def wrong_rows(check: Check, python: str, backend: str, folder: Path) -> tuple[set[str], list[str]]:
    """The phases with costs, and what the rows say falsely of these."""
    truth = folder / "truth"
    truth.unlink(missing_ok=True)
    words = ("every_phase:make", "--factory", "--request", "/", "--backend", backend, "--python", python)
    target = check(*words, cwd=APPS, TRUTH=str(truth)).target
    costs: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for phase, line, kind, wall_ns in map(json.loads, truth.read_text().splitlines()):
        costs.setdefault((phase, line), []).append((kind, wall_ns))
    rows = {(row.phase, row.line): row for row in target.hot_lines if row.path == str(APPS / "every_phase.py")}
    wrong = []
    for place, times in costs.items():
        row = rows.get(place)
        cost_ns = sum(wall_ns for kind, wall_ns in times if kind != "parallel")
        kind = next(kind for kind, _ in times if kind != "parallel")
        if row is None or row.kind != kind or abs(row.wall_ns - cost_ns) > max(SLACK_NS, SLACK * cost_ns):
            wrong.append(f"{place} {kind} {cost_ns // MS} ms: {row}")
    for phase in target.runs[0].phases:
        told_ns = sum(row.wall_ns for row in target.hot_lines if row.phase == phase.name)
        if told_ns > phase.wall_ns + SLACK_NS:
            wrong.append(f"{phase.name} {phase.wall_ns // MS} ms: the rows are {told_ns // MS} ms")
    return {phase for phase, _ in costs}, wrong


@pytest.mark.parametrize("backend", ["asyncio", "uvloop"])
@pytest.mark.parametrize("interpreter", PYTHONS, ids=[str(number) for number in range(len(PYTHONS))])
def test_each_line_has_a_row_of_its_own_with_what_it_cost(check: Check, interpreter: str, backend: str, tmp_path):
    for _ in range(ATTEMPTS):
        phases, wrong = wrong_rows(check, interpreter, backend, tmp_path)
        if not wrong:
            break
    assert wrong == []
    assert phases == PHASES
