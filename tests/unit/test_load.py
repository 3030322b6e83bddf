"""An earlier report, read again: the same picture as the run gave, and one sentence for what is no report."""

import json
import os
from pathlib import Path

import pytest
from msgspec.structs import replace
from rendering import diagnosed, render
from reports import ALL, CRASHED, HOSTILE, PASSED
from slowness import HOSTILE as HOSTILE_TREES
from slowness import SLOW

import lifespan_cli
from lifespan_cli import cli, discover, pipeline
from lifespan_cli.errors import UsageError
from lifespan_cli.model import Report, serialize
from lifespan_cli.output import Style
from lifespan_cli.settings import FORMATS


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder without configuration, far from the variables of the machine."""
    for name in [name for name in os.environ if name.startswith(("LIFESPAN_CHECK_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def nothing_runs(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a target was looked for")

    monkeypatch.setattr(discover, "plans", refuse)


def write(report: Report, file: Path) -> Path:
    file.write_text(render("json", report, Style()), encoding="ascii")
    return file


@pytest.mark.parametrize("shown", [*ALL.values(), SLOW, HOSTILE_TREES], ids=[*ALL, "slow", "hostile trees"])
def test_every_example_is_the_same_page_and_the_same_profiles_from_its_json(here, shown):
    again = serialize.load(write(shown, here / "report.json"))
    for name in ("html", "speedscope", "chrometrace", "text"):
        assert render(name, again, Style()) == render(name, shown, Style())


@pytest.mark.usefixtures("nothing_runs")
@pytest.mark.parametrize("name", FORMATS)
def test_the_command_shows_it_in_any_format_and_runs_nothing(here, capsys, name):
    file = write(SLOW, here / "report.json")
    assert cli.run(["--load", str(file), "--output-format", name, "--no-annotations"]) == 0
    shown, complaints = capsys.readouterr()
    assert complaints == ""
    if name == "json":
        assert shown == file.read_text("ascii")
    if name == "html":
        assert shown == render("html", SLOW, Style(root=str(here)))
    assert "shop" in shown or name in ("concise", "github", "gitlab", "sarif")  # which hold findings only


@pytest.mark.usefixtures("nothing_runs")
@pytest.mark.parametrize(("shown", "code"), [(PASSED, 0), (CRASHED, 1), (replace(CRASHED, exit_code=130), 130)])
def test_the_exit_code_is_that_of_the_report(here, capsys, shown, code):
    assert cli.run(["--load", str(write(shown, here / "report.json"))]) == code


@pytest.mark.usefixtures("nothing_runs")
def test_the_targets_of_a_configuration_are_left_alone_and_one_that_is_named_is_refused(here, capsys):
    write(PASSED, here / "report.json")
    (here / "pyproject.toml").write_text('[tool.lifespan-check]\ntargets = ["a:b"]\nload = "report.json"\n')
    assert cli.run([]) == 0
    assert cli.run(["a:b"]) == 2
    assert capsys.readouterr().err == (
        "lifespan-check: error: --load runs nothing, so it takes no target; leave out 'a:b', or --load\n"
    )


JSON = render("json", PASSED, Style())
NO_REPORT = "is not a report of lifespan-check"
WRITE_ONE = "write one with --output-format json"


def without(*path: object) -> str:
    data = place = json.loads(JSON)
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return json.dumps(data)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty; write a report there with --output-format json"),
        (" \n", "is empty; write a report there with --output-format json"),
        ("passed", "is not JSON (line 1: Expecting value); a report is written with --output-format json"),
        (JSON[:4000], "is cut off: the report ends in the middle; write it again"),
        (JSON[:40], "is cut off: the report ends in the middle; write it again"),
        (JSON[: JSON.index("null") + 2], "is cut off: the report ends in the middle; write it again"),
        ('{"a": nil}', "is not JSON (line 1: Expecting value); a report is written with --output-format json"),
        ("[1]", f"{NO_REPORT}, though it is JSON; {WRITE_ONE}"),
        ("[" * 100_000, f"{NO_REPORT}, though it is JSON; {WRITE_ONE}"),
        ("1" * 9000, f"{NO_REPORT}, though it is JSON; {WRITE_ONE}"),
        ("{}", f"{NO_REPORT} (it has no schema_version); {WRITE_ONE}"),
        (
            JSON.replace('"schema_version": 2', '"schema_version": 3'),
            "is a report of a later lifespan-check (its schema_version is 3, the latest known here is 2); "
            "read it with that version",
        ),
        (
            JSON.replace('"schema_version": 2', '"schema_version": "1"'),
            f"{NO_REPORT} (schema_version: expected int, got str); {WRITE_ONE}",
        ),
        (without("verdict"), f"{NO_REPORT} (it has no verdict); {WRITE_ONE}"),
        (without("targets", 0, "runs", 0, "exit"), f"{NO_REPORT} (targets[0].runs[0] has no exit); {WRITE_ONE}"),
        (
            JSON.replace('"passed"', '"perhaps"'),
            f"{NO_REPORT} (verdict: invalid enum value 'perhaps'); {WRITE_ONE}",
        ),
        (
            JSON.replace('"exit_code": 0', '"exit_code": NaN', 1),
            f"{NO_REPORT} (exit_code: expected int, got float); {WRITE_ONE}",
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_is_no_report_gets_one_sentence_and_2(here, capsys, content, sentence):
    file = here / "report.json"
    file.write_text(content, encoding="utf-8")
    assert cli.run(["--load", "report.json"]) == 2
    assert capsys.readouterr() == ("", f"lifespan-check: error: --load: '{file}' {sentence}\n")


def test_what_cannot_be_read_gets_one_too(here, capsys):
    (here / "bytes.json").write_bytes(b'{"\xff": 1}')
    sentences = {
        "missing.json": f"--load: '{here}/missing.json' cannot be read: No such file or directory",
        ".": f"--load: '{here}' cannot be read: Is a directory",
        "bytes.json": f"--load: '{here}/bytes.json' is not UTF-8 text; a report is written with --output-format json",
    }
    for name, sentence in sentences.items():
        assert cli.run(["--load", name]) == 2
        assert capsys.readouterr() == ("", f"lifespan-check: error: {sentence}\n")


def test_a_byte_order_mark_does_no_harm_and_a_key_of_a_later_version_neither(here):
    data = {**serialize.to_dict(PASSED), "added": 1}
    (here / "report.json").write_text(json.dumps(data), encoding="utf-8-sig")
    assert serialize.load(here / "report.json") == PASSED


def test_a_call_tree_without_end_is_no_report(here):
    frame = serialize.to_dict(SLOW)["targets"][0]["runs"][0]["phases"][4]["frames"][0]
    data = serialize.to_dict(SLOW)
    deep = frame
    for _ in range(400):
        deep = {**frame, "children": [deep]}
    data["targets"][0]["runs"][0]["phases"][4]["frames"] = [deep]
    (here / "report.json").write_text(json.dumps(data))
    with pytest.raises(UsageError, match=r"\(it is nested too deeply\)"):
        serialize.load(here / "report.json")


def test_hostile_strings_of_a_file_stay_inert_in_its_sentence(here, capsys):
    data = {**serialize.to_dict(HOSTILE), "verdict": "\x1b[31m\u202e\n" + "x" * 999}
    (here / "report.json").write_text(json.dumps(data))
    assert cli.run(["--load", "report.json"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.isprintable() or complaint[:-1].isprintable()
    assert len(complaint) < 600


@pytest.mark.parametrize(
    ("option", "value"), [("--max-startup", "1ms"), ("--select", "LS2"), ("--baseline-any", None), ("--runs", "3")]
)
def test_what_would_have_no_effect_is_refused(here, capsys, option, value):
    write(PASSED, here / "report.json")
    assert cli.run(["--load", "report.json", option, *([value] if value else [])]) == 2
    assert capsys.readouterr().err == (
        f"lifespan-check: error: --load runs and judges nothing, so {option} has no effect; leave it out, or --load\n"
    )


def test_what_stands_in_the_environment_does_not_keep_a_report_from_being_shown(here, monkeypatch, capsys):
    monkeypatch.setenv("LIFESPAN_CHECK_MAX_STARTUP", "1ms")
    write(PASSED, here / "report.json")
    assert cli.run(["--load", "report.json", "--save-baseline", "copy.json"]) == 0
    assert serialize.load(here / "copy.json") == diagnosed(PASSED).report
    assert "PASSED" in capsys.readouterr().out


def test_from_python_too(here):
    write(CRASHED, here / "report.json")
    assert lifespan_cli.check(load="report.json") == diagnosed(CRASHED).report
    assert pipeline.check(load=here / "report.json") == diagnosed(CRASHED).report


def test_a_frame_of_version_1_has_its_critical_time_and_each_task_a_lane():
    report = serialize.load(Path(__file__).parents[1] / "reports_v1" / "messages.json")
    frames = [frame for run in report.targets[0].runs for phase in run.phases for frame in phase.frames]
    still, seen = list(frames), []
    while still:
        frame = still.pop()
        seen.append(frame)
        still += frame.children
    assert seen
    assert [one.critical_ns for one in seen] == [one.total_ns if one.critical else 0 for one in seen]
    lanes = [one.lane for one in seen if one.task is not None]
    assert sorted(lanes) == list(range(1, len(lanes) + 1))
    assert {one.lane for one in seen if one.task is None} == {0}
