"""What a step of a pipeline cannot do gets one sentence that names the input and the way out. Nothing is written."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Check
from rendering import render
from reports import PASSED
from test_bad_input import CLEAN, refusal, write
from test_trial import life

from lifespan_cli import pipeline, trial
from lifespan_cli.output import Style
from lifespan_cli.settings import Settings

JSON = render("json", PASSED, Style())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an application that leaves a trace when it is run."""
    return write(tmp_path, main__py=f"open('ran', 'w').close()\n{CLEAN}")


def refused(folder: Path, *words: str, targets: tuple[str, ...] = ("main:app",), **environ: str) -> str:
    """The sentence of the refusal, after which the folder is as it was."""
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    says = refusal(*targets, *words, cwd=folder, **environ)
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before
    return says


# the baseline


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty; write a report there with --output-format json"),
        ("\n \n", "is empty; write a report there with --output-format json"),
        (JSON[: len(JSON) // 2], "is cut off: the report ends in the middle; write it again"),
        (JSON[:-3], "is cut off: the report ends in the middle; write it again"),
        ("startup: 3s", "is not JSON (line 1: Expecting value); a report is written with --output-format json"),
        ("[]", "is not a report of lifespan-check, though it is JSON; write one with --output-format json"),
        (
            JSON.replace('"schema_version": 2', '"schema_version": 7'),
            "is a report of a later lifespan-check (its schema_version is 7, the latest known here is 2); "
            "read it with that version",
        ),
        (
            JSON.replace('"schema_version": 2', '"schema_version": 0'),
            "is not a report of lifespan-check (schema_version: invalid enum value 0); "
            "write one with --output-format json",
        ),
        (
            JSON.replace('"wall_ns"', '"wall"'),
            "is not a report of lifespan-check (targets[0].runs[0].phases[0] has no wall_ns); "
            "write one with --output-format json",
        ),
    ],
    ids=["empty", "blank", "half", "almost", "text", "list", "later", "earlier", "another"],
)
def test_a_baseline_that_is_none(content: str, says: str, folder: Path):
    write(folder, baseline__json=content)
    assert refused(folder, "--baseline", "baseline.json") == f"--baseline: '{folder}/baseline.json' {says}"


def test_a_baseline_that_cannot_be_read(folder: Path):
    (folder / "bytes").write_bytes(b"\xff\xfe{}")
    for name, says in {
        "missing.json": "cannot be read: No such file or directory",
        ".": "cannot be read: Is a directory",
        "main.py/baseline.json": "cannot be read: Not a directory",
        "bytes": "is not UTF-8 text; a report is written with --output-format json",
    }.items():
        place = folder if name == "." else folder / name
        assert refused(folder, "--baseline", name) == f"--baseline: '{place}' {says}"


def test_a_baseline_with_a_mark_before_it_is_one(check: Check, folder: Path):
    (folder / "baseline.json").write_text(JSON, encoding="utf-8-sig")
    (finding,) = check("main:app", "--baseline", "baseline.json", "--select=LS202", cwd=folder).target.findings
    assert finding.message == "not compared with the baseline: it has no target main:app"


# budgets and numbers

TIMES = ("--max-import", "--max-startup", "--max-shutdown", "--max-total", "--max-cpu")
SECONDS = "write seconds (1.5), or a number with its unit: 300ms, 1.5s, 2m"


@pytest.mark.parametrize("option", TIMES)
def test_a_budget_of_time_that_is_none(option: str, folder: Path):
    assert refused(folder, option, "0") == (
        f"{option}: '0' is no time at all; write more than zero, 300ms, 1.5s or 2m, say"
    )
    for word in ("-1", "soon", "1h"):
        assert refused(folder, f"{option}={word}") == f"{option}: {word!r} is no duration; {SECONDS}"


@pytest.mark.parametrize(
    ("option", "words", "says"),
    [
        ("--max-modules", ("0", "-3", "many", "1.5"), "is no whole number from 1 to 999999"),
        ("--runs", ("0", "-1", "five"), "is no whole number from 1 to 999999"),
        ("--jobs", ("0", "-1", "all"), "is no whole number from 1 to 999999"),
        ("--warmup", ("-1", "some"), "is no whole number from 0 to 999999"),
        (
            "--max-memory",
            ("0", "-1MB", "200M", "much"),
            "is no amount of memory; write a number with its unit: 500kB, 200MB, 1GB",
        ),
        (
            "--max-regression",
            ("0", "-30%", "30", "a bit"),
            "is no share; write a percentage, 30%, or a fraction of 1, 0.3",
        ),
    ],
)
def test_a_number_that_is_none(option: str, words: tuple[str, ...], says: str, folder: Path):
    for word in words:
        assert refused(folder, f"{option}={word}") == f"{option}: {word!r} {says}"


def test_a_budget_in_a_variable_and_in_the_file_names_where_it_is(folder: Path):
    says = refused(folder, LIFESPAN_CHECK_MAX_STARTUP="0")
    assert says == "LIFESPAN_CHECK_MAX_STARTUP: '0' is no time at all; write more than zero, 300ms, 1.5s or 2m, say"
    write(folder, pyproject__toml='[tool.lifespan-check.targets."main:app"]\nmax-startup = -1\n')
    says = refused(folder)
    assert says == (
        f"max-startup in targets.'main:app' in [tool.lifespan-check] of pyproject.toml: -1 is no duration; {SECONDS}"
    )


@pytest.mark.parametrize("path", ["items", "http://x/y", "", "\udcff"])
def test_a_request_that_is_no_path(path: str, folder: Path):
    assert refused(folder, "--request", path) == (
        f"--request: {path!r} is no path of the application; it begins with /: /health, say"
    )


def test_a_nul_character_that_no_process_can_be_given(folder: Path):
    (folder / ".env").write_bytes(b"A\0B=1\n")
    says = refused(folder, "--env-file", ".env")
    assert says == f"--env-file: line 1 of '{folder}/.env' is not of the form NAME=value: 'A\\x00B=1'"
    write(folder, pyproject__toml='[tool.lifespan-check]\nrequest = ["/a\\u0000b"]\n')
    says = refused(folder)
    assert says == "request in [tool.lifespan-check] of pyproject.toml: ['/a\\x00b'] has a NUL character in it"


# reports


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["--report", "json=a.json", "--report", "junit=./b/../a.json"],
            "two reports, json={}/a.json and junit={}/a.json, are meant for one file; give each a file of its own",
        ),
        (
            ["--report", "json=a.json", "--save-baseline", "a.json"],
            "two reports, json={}/a.json and json={}/a.json, are meant for one file; give each a file of its own",
        ),
        (
            ["--report", "junit=none/a.xml"],
            "the report junit={}/none/a.xml cannot be written: there is no folder {}/none",
        ),
        (
            ["--save-baseline", "none/a.json"],
            "the report json={}/none/a.json cannot be written: there is no folder {}/none",
        ),
        (["--report", "html=main.py/a.html"], "the report html={}/main.py/a.html cannot be written: Not a directory"),
        (["--report", "json=."], "the report json={} cannot be written: that is a folder"),
        (["--report", "pdf=a.pdf"], "--report: 'pdf' is no format; choose one of text, concise, json, "),
        (["--report", "a.json"], "--report: 'a.json' is no report; write its format and its file: junit=report.xml"),
        (["--output-format", "xml"], "--output-format: 'xml' is none of text, concise, json, junit, "),
    ],
)
def test_a_report_that_cannot_be_written(words: list[str], says: str, folder: Path):
    assert refused(folder, *words).startswith(says.replace("{}", str(folder)))


# targets


@pytest.mark.parametrize("targets", [("main:app", "main:app"), ("main.py:app", "main.py:app"), ("main", "x:y", "main")])
def test_the_same_target_twice(targets: tuple[str, ...], folder: Path):
    says = refused(folder, targets=targets)
    assert says == f"the target {targets[0]!r} is named twice; name it once"


def test_one_target_of_several_that_cannot_be_one(folder: Path):
    says = refused(folder, targets=("main:app", "main:app:app", "main"))
    assert says.startswith("the target 'main:app:app' has more than one colon")


def test_a_dozen_targets_have_one_verdict(check: Check, tmp_path: Path):
    names = [f"app{number}" for number in range(12)]
    lines = [*(f"{name} = app" for name in names), "app7 = None"]
    write(tmp_path, main__py=f"{CLEAN}\n\n" + "\n".join(lines) + "\n")
    outcome = check(*(f"main:{name}" for name in names), "--jobs", "2", cwd=tmp_path)
    assert outcome.exit_code == 1
    verdicts = {target.target: target.verdict for target in outcome.report.targets}
    assert verdicts == {f"main:{name}": "failed" if name == "app7" else "passed" for name in names}


@pytest.mark.parametrize("jobs", [1, 8])
def test_two_hundred_targets_have_one_verdict(jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(write(tmp_path, main__py=CLEAN))
    monkeypatch.setattr(trial, "_probe", lambda plan, *_: life(30 if plan.target != "main:app150" else 3000))
    settings = Settings(targets=tuple(f"main:app{number}" for number in range(200)), jobs=jobs)
    report = pipeline.run(settings).report
    assert (report.exit_code, report.verdict, len(report.targets)) == (0, "passed", 200)
    report = pipeline.run(replace(settings, max_startup_ns=10**9)).report
    failed = [target.target for target in report.targets if target.verdict == "failed"]
    assert (report.exit_code, report.verdict, failed) == (1, "failed", ["main:app150"])
    assert json.loads(render("json", report, Style()))["verdict"] == "failed"
    assert render("text", report, Style()).endswith("FAILED  200 targets: 199 passed, 1 failed (main:app150)\n")
