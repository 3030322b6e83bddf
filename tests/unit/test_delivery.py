"""How a report leaves the command: to stdout, beside it for GitHub, and into files."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from rendering import diagnosed
from reports import CRASHED, PASSED

from lifespan_cli import cli, pipeline
from lifespan_cli.errors import ToolError
from lifespan_cli.model import Finding
from lifespan_cli.output import files
from lifespan_cli.settings import FORMATS, Settings

ON_GITHUB = {"GITHUB_ACTIONS": "true"}


@pytest.mark.parametrize(
    ("environ", "settings", "expected"),
    [
        (ON_GITHUB, {}, True),
        ({}, {}, False),
        ({"GITHUB_ACTIONS": "false"}, {}, False),
        (ON_GITHUB, {"no_annotations": True}, False),
        (ON_GITHUB, {"quiet": True}, True),
        *((ON_GITHUB, {"output_format": name}, False) for name in FORMATS if name != "text"),
    ],
)
def test_annotations_go_beside_the_text_on_github_only(environ, settings, expected):
    assert files.annotates(Settings(**settings), environ) is expected


def test_the_repository_is_the_nearest_folder_with_git(tmp_path):
    deep = tmp_path / "shop" / "api"
    deep.mkdir(parents=True)
    assert files.repository(deep) == deep
    (tmp_path / ".git").mkdir()
    assert files.repository(deep) == tmp_path
    (tmp_path / "shop" / ".git").write_text("gitdir: elsewhere\n")  # as in a worktree
    assert files.repository(deep) == tmp_path / "shop"


@pytest.fixture
def ran(monkeypatch, tmp_path):
    """The command with a pipeline that gives a failing report of a project in this folder; how often it ran."""
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "LIFESPAN_CHECK_REPORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / ".git").mkdir()
    (tmp_path / "api").mkdir()
    monkeypatch.chdir(tmp_path / "api")
    (target,) = CRASHED.targets
    finding = replace(target.findings[1], path=str(tmp_path / "api" / "db.py"))
    calls: list[Settings] = []

    def run(settings, **_):
        calls.append(settings)
        return diagnosed(replace(CRASHED, targets=(replace(target, findings=(finding,)),)))

    monkeypatch.setattr(pipeline, "run", run)
    return calls


def test_on_github_the_text_is_followed_by_annotations_from_the_top_of_the_repository(ran, monkeypatch, capsys):
    assert cli.run(["a:b", "--color", "never"]) == 1
    plain = capsys.readouterr().out
    assert "\n  --> db.py:41" in plain
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert cli.run(["a:b", "--color", "never"]) == 1
    annotated = capsys.readouterr().out
    assert annotated.startswith(plain)
    (line,) = annotated.removeprefix(plain).splitlines()
    assert line.startswith("::error file=api/db.py,line=41,title=LS102 startup-crashed::The application raised ")
    assert cli.run(["a:b", "--color", "never", "--no-annotations"]) == 1
    assert capsys.readouterr().out == plain


def test_reports_are_written_beside_what_stdout_shows(ran, tmp_path, capsys):
    assert cli.run(["a:b", "--output-format", "json", "--report", "gitlab=q.json", "--report", "sarif=s.json"]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "failed"
    (issue,) = json.loads(Path("q.json").read_text())
    assert issue["location"]["path"] == "api/db.py"
    (log,) = json.loads(Path("s.json").read_text())["runs"]
    (rule,) = log["tool"]["driver"]["rules"]
    assert rule["help"]["markdown"].count("```python\n") == 2
    assert {path.name for path in (tmp_path / "api").iterdir()} == {"q.json", "s.json"}


def test_a_start_that_did_not_come_up_is_no_baseline(ran, capsys):
    assert cli.run(["a:b", "--save-baseline", "base.json", "--report", "json=copy.json"]) == 1
    assert "--save-baseline: " in capsys.readouterr().err
    assert Path("copy.json").exists()
    assert not Path("base.json").exists()


@pytest.mark.parametrize(
    ("severity", "compared", "kept"), [("error", 1, True), ("error", 0, False), ("info", 1, False)]
)
def test_a_baseline_is_not_replaced_by_what_was_found_slower_than_it(
    ran, monkeypatch, capsys, severity, compared, kept
):
    finding = Finding("LS202", "slower-than-baseline", severity, "startup +1 s", "startup", None, None, "")
    report = replace(PASSED, targets=(replace(PASSED.targets[0], findings=(finding,)),))
    monkeypatch.setattr(pipeline, "run", lambda *_, **__: diagnosed(report))
    Path("base.json").write_text("the old one")
    cli.run(["a:b", "--save-baseline", "base.json", *["--baseline=base.json"] * compared])
    assert (Path("base.json").read_text() == "the old one") == kept
    assert ("became slower than it" in capsys.readouterr().err) == kept


def test_a_path_that_cannot_be_written_is_found_before_the_run(ran, capsys):
    assert cli.run(["a:b", "--report", "junit=out/a.xml", "--report", "json=b.json"]) == 2
    assert ran == []
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("lifespan-check: error: the report junit=")
    assert shown.err.endswith("/api/out\n")
    assert not Path("b.json").exists()


def test_reports_are_written_even_if_stdout_cannot_be(ran, monkeypatch, capsys):
    def full(_):
        raise ToolError("stdout cannot be written: No space left on device")

    monkeypatch.setattr(cli, "write", full)
    assert cli.run(["a:b", "--report", "json=b.json"]) == 3
    assert json.loads(Path("b.json").read_text())["verdict"] == "failed"
