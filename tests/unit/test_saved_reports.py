"""Two saved reports compared: what is shown, what counts, and what is refused."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from rendering import render
from reports import HOSTILE, PASSED, PASSED_TARGET
from test_comparison import AFTER, BEFORE, FASTER, started

import lifespan_cli
from lifespan_cli import cli, discover
from lifespan_cli.model import Finding, Report, serialize
from lifespan_cli.output import Style
from lifespan_cli.settings import FORMATS

QUICK = started(400, (7, 100, "await connect()"))
SLOW = started(400, (7, 900, "await connect()"))
OTHERS = Finding("LS202", "slower-than-baseline", "error", "startup +9 s", "startup", None, None, "")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder without configuration, in which nothing runs."""

    def refuse(*_, **__):
        raise AssertionError("a target was looked for")

    monkeypatch.setattr(discover, "plans", refuse)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compared(before: Report, after: Report, *words: str) -> int:
    for name, report in (("old.json", before), ("new.json", after)):
        Path(name).write_text(render("json", report, Style()), encoding="ascii")
    return cli.run(["--load", "new.json", "--baseline", "old.json", *words])


def with_target(report: Report, **fields) -> Report:
    return replace(report, targets=(replace(report.targets[0], **fields),))


def test_it_is_what_watching_shows_under_the_names_of_the_two_files(capsys):
    assert compared(BEFORE, AFTER) == 0
    shown, complaints = capsys.readouterr()
    assert complaints == ""
    expected = FASTER.replace("check 2: main.py changed", "before: old.json, after: new.json")
    assert shown == expected.replace("main.py", "/srv/shop/main.py")


def test_what_became_slower_counts_with_max_regression_only(capsys):
    assert compared(QUICK, SLOW) == 0
    assert "LS202" not in capsys.readouterr().out
    assert compared(QUICK, SLOW, "--max-regression", "30%") == 1
    shown = capsys.readouterr().out
    assert "error[LS202] " in shown
    assert "startup +800 ms (100 ms → 900 ms, +800 %)" in " ".join(shown.split())
    assert "\nFAILED shop.main:app " in shown
    assert compared(QUICK, SLOW, "--max-regression", "1000%") == 0
    assert compared(SLOW, QUICK, "--max-regression", "30%") == 0


def test_its_own_comparison_takes_the_place_of_that_of_the_later_report():
    failed = replace(with_target(QUICK, findings=(OTHERS,), verdict="failed"), verdict="failed", exit_code=1)
    assert compared(QUICK, failed) == 1
    assert compared(QUICK, failed, "--max-regression", "30%") == 0
    assert compared(QUICK, with_target(SLOW, fail_on="never"), "--max-regression", "30%") == 0


def test_what_was_wrong_otherwise_stays():
    crashed = Finding("LS112", "shutdown-crashed", "error", "x", "shutdown", None, None, "")
    failed = replace(with_target(QUICK, findings=(crashed,), verdict="failed"), verdict="failed", exit_code=1)
    assert compared(QUICK, failed, "--max-regression", "30%") == 1
    cut = replace(with_target(QUICK, verdict="failed"), verdict="failed", exit_code=130, interrupted=True)
    assert compared(QUICK, cut, "--max-regression", "30%") == 130
    report = lifespan_cli.check(load="new.json", baseline="old.json", max_regression="30%")
    assert (report.exit_code, report.verdict, report.targets[0].verdict) == (130, "failed", "failed")


def test_another_machine_is_named_and_counts_only_when_it_is_to(capsys):
    there = replace(PASSED_TARGET.environment, machine="a slower one")
    elsewhere = with_target(QUICK, environment=there)
    why = "it was made with another machine (a slower one, here unknown)"
    assert compared(elsewhere, SLOW) == 0
    assert f"  before: {why}\n" in capsys.readouterr().out
    assert compared(elsewhere, SLOW, "--max-regression", "30%") == 0
    assert f"info[LS202] not compared with the baseline: {why}" in " ".join(capsys.readouterr().out.split())
    assert compared(elsewhere, SLOW, "--max-regression", "30%", "--baseline-any") == 1
    assert why not in capsys.readouterr().out


def test_reports_of_different_targets_have_nothing_to_compare(capsys):
    assert compared(with_target(QUICK, target="b:app"), QUICK) == 2
    assert capsys.readouterr() == (
        "",
        "lifespan-check: error: there is nothing to compare: the targets of --baseline are b:app, "
        "those of --load shop.main:app\n",
    )


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "text"])
def test_it_is_text_only(capsys, name):
    assert compared(QUICK, SLOW, "--output-format", name) == 2
    assert capsys.readouterr() == (
        "",
        f"lifespan-check: error: two saved reports are compared as text, not as {name}; "
        f"leave out --baseline, or {name}\n",
    )


def test_it_goes_to_stdout_only(here, capsys):
    assert compared(QUICK, SLOW, "--report", "text=a.txt") == 2
    assert capsys.readouterr().err == (
        "lifespan-check: error: two saved reports are compared on stdout only; "
        f"leave out --baseline, or --report text={here}/a.txt\n"
    )


@pytest.mark.parametrize(("option", "value"), [("--max-startup", "1ms"), ("--select", "LS2"), ("--runs", "3")])
def test_what_would_have_no_effect_is_refused_here_too(capsys, option, value):
    assert compared(QUICK, SLOW, option, value) == 2
    assert f"--load runs and judges nothing, so {option} has no effect" in capsys.readouterr().err


def test_a_share_without_a_second_report_has_no_effect(capsys):
    Path("new.json").write_text(render("json", PASSED, Style()), encoding="ascii")
    assert cli.run(["--load", "new.json", "--max-regression", "30%"]) == 2
    assert "so --max-regression has no effect" in capsys.readouterr().err


def test_the_baseline_of_a_project_is_no_second_report(here, capsys):
    Path("new.json").write_text(render("json", PASSED, Style()), encoding="ascii")
    (here / "pyproject.toml").write_text('[tool.lifespan-check]\nbaseline = "gone.json"\n')
    assert cli.run(["--load", "new.json"]) == 0
    assert "before" not in capsys.readouterr().out


def test_the_earlier_file_gets_a_sentence_where_it_is_no_report(here, capsys):
    Path("new.json").write_text(render("json", PASSED, Style()), encoding="ascii")
    assert cli.run(["--load", "new.json", "--baseline", "gone.json"]) == 2
    assert capsys.readouterr().err == (
        f"lifespan-check: error: --baseline: '{here}/gone.json' cannot be read: No such file or directory\n"
    )


def test_the_later_report_becomes_the_baseline_unless_it_is_slower(capsys):
    assert compared(QUICK, SLOW, "--max-regression", "30%", "--save-baseline", "old.json") == 1
    assert "became slower than it" in capsys.readouterr().err
    assert (
        serialize.load(Path("old.json")).targets[0].runs[0].phases[1].wall_ns
        == QUICK.targets[0].runs[0].phases[1].wall_ns
    )


def test_hostile_strings_are_inert(capsys):
    compared(HOSTILE, HOSTILE)
    shown = capsys.readouterr().out
    assert all(line.isprintable() for line in shown.splitlines())
