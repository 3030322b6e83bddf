"""What the rules show as examples is true: the real tool finds the rule in the bad one and not in the good one."""

import json
import shlex
from pathlib import Path

import pytest

from lifespan_cli import cli
from lifespan_cli.rules import RULES, Rule

INNER = """

async def inner(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


app = Middleware(inner)
"""
COMMAND = "# lifespan-check "
RUNNABLE = [rule for rule in RULES if rule.code > "LS1"]
UNHURRIED = ("LS0", "LS1", "LS3", "LS4")
"""The rules that judge the same on a busy machine as on an idle one; besides them an example's own rule is asked."""
HANGING = {
    "LS105": "--startup-timeout=1s",
    "LS115": "--shutdown-timeout=1s",
    "LS116": "--shutdown-timeout=1s",
    "LS118": "--shutdown-timeout=1s",
    "LS307": "--exit-timeout=1s",
}
"""The rules whose bad example never ends by itself, with the limit for the phase in which it hangs."""


def found(source: str, options: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The codes of what the command finds; a first line that is a comment holds its options."""
    (folder / "example.py").write_text(source + (INNER if "class Middleware" in source else "\n"), "utf-8")
    first = source.partition("\n")[0]
    given = shlex.split(first.removeprefix(COMMAND)) if first.startswith(COMMAND) else []
    cli.run(["example:app", "--output-format", "json", *options, *given])
    printed = capsys.readouterr()
    assert printed.out, printed.err
    (target,) = json.loads(printed.out)["targets"]
    return {finding["code"] for finding in target["findings"]}


@pytest.mark.parametrize("rule", RUNNABLE, ids=lambda rule: rule.code)
def test_the_examples_are_what_they_are_said_to_be(rule: Rule, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    options = [f"--select={code}" for code in (*UNHURRIED, rule.code)]
    left = found(rule.good, options, tmp_path, capsys)
    assert rule.code not in left
    assert left <= {"LS103"}  # to report a failure is the good example of several
    limit = [HANGING[rule.code]] if rule.code in HANGING else []
    assert rule.code in found(rule.bad, [*options, *limit], tmp_path, capsys)
