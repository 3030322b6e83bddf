"""What the rules show as examples is true: the real tool finds the rule in the bad one and not in the good one."""

from pathlib import Path

import pytest

from lifespan_cli.pipeline import check
from lifespan_cli.rules import RULES, Rule

INNER = """

async def inner(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


app = Middleware(inner)
"""
RUNNABLE = [rule for rule in RULES if rule.code > "LS1"]


def found(source: str, folder: Path) -> set[str]:
    (folder / "example.py").write_text(source + (INNER if "class Middleware" in source else "\n"), "utf-8")
    report = check("example:app", app_dir=str(folder), timeout="1.5s")
    return {finding.code for finding in report.targets[0].findings}


@pytest.mark.parametrize("rule", RUNNABLE, ids=lambda rule: rule.code)
def test_the_examples_are_what_they_are_said_to_be(rule: Rule, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert rule.code in found(rule.bad, tmp_path)
    left = found(rule.good, tmp_path)
    assert rule.code not in left
    assert left <= {"LS103"}  # to report a failure is the good example of several
