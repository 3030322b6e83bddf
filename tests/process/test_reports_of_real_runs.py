"""Reports of real runs: read again, through a pipe of any encoding, and with the rules that were applied."""

import json
import os
import re
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from conftest import TESTS, line_with
from rendering import render
from slowness import HOSTILE

import lifespan_cli
from lifespan_cli.model import serialize
from lifespan_cli.output import Style
from lifespan_cli.settings import FORMATS


def test_every_format_of_a_real_run_is_the_same_from_its_json(tmp_path: Path):
    report = lifespan_cli.check("lifespan_cli.demo:app")
    file = tmp_path / "report.json"
    file.write_text(render("json", report, Style()), encoding="ascii")
    again = serialize.load(file)
    assert again == report
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", report.created)
    made_s = datetime.fromisoformat(report.created).timestamp()
    assert abs(made_s - time.time()) < 60
    for name in FORMATS:
        style = Style(root=str(tmp_path))
        assert render(name, again, style) == render(name, report, style), name
    assert "await connect_database()" in render("html", again, Style())


def test_a_report_in_a_pipe_of_any_encoding_is_whole():
    """HTML and profiles are ASCII, so that no locale can spoil them."""
    for name in ("html", "speedscope", "chrometrace"):
        code = (
            "import sys; sys.path[:0] = sys.argv[1:]; from slowness import HOSTILE; "
            "from lifespan_cli.output import Style; from rendering import render; "
            f"sys.stdout.write(render({name!r}, HOSTILE, Style()))"
        )
        folders = [str(TESTS), str(Path(lifespan_cli.__file__).parents[1])]
        command = [sys.executable, "-c", code, *folders]
        environ = {**os.environ, "PYTHONIOENCODING": "ascii:strict"}
        done = subprocess.run(command, env=environ, capture_output=True, timeout=60, check=True)
        assert done.stdout.decode("ascii") == render(name, HOSTILE, Style())


def test_the_real_command_says_which_rules_it_applied(check, tmp_path):
    ignored = [f"--ignore={code}" for code in ("LS0", "LS101", "LS11", "LS12")]
    outcome = check("startup_fails:app", *ignored, "--report", f"junit={tmp_path}/a.xml")
    assert outcome.target.judged_by == tuple(f"LS{number}" for number in range(102, 110))
    assert outcome.target.fail_on == "error"
    document = (tmp_path / "a.xml").read_text()
    assert 'name="LS104 startup-without-outcome" />' in document
    assert re.search(r'name="LS103 startup-failed">\s*<failure message="the application reports ', document)


def test_findings_of_a_real_run_are_a_line_each_with_the_path_from_the_working_directory(start, tmp_path):
    words = ("blocks_the_loop:app", "startup_fails:app", "--select", "LS203", "--select", "LS103", "--runs", "1")
    outcome = start(*words, "--output-format", "concise", "--report", f"concise={tmp_path}/a.txt").end()
    blocked, failed = outcome.stdout.splitlines()
    place = f"blocks_the_loop.py:{line_with('blocks_the_loop', '# here')}"
    assert re.fullmatch(rf"{re.escape(place)}: warning LS203 .*\bload\b.*", blocked)
    assert re.match(r"startup_fails(\.py:\d+|:app): error LS103 ", failed)
    assert (tmp_path / "a.txt").read_text() == outcome.stdout
    assert (outcome.exit_code, outcome.stderr) == (1, "")


def test_a_trace_of_a_real_run_holds_its_phases_imports_calls_and_blocks(start):
    words = ("blocks_the_loop:app", "--select", "LS203", "--output-format", "chrometrace")
    events = json.loads(start(*words).end().stdout)["traceEvents"]
    of_kind = {kind: [event for event in events if event["ph"] == kind] for kind in "XiM"}
    assert sum(map(len, of_kind.values())) == len(events)
    slices = {event["name"]: event for event in of_kind["X"]}
    assert {"import", "startup", "shutdown", "blocks_the_loop", "load"} <= set(slices)
    startup, (block,) = slices["startup"], of_kind["i"]
    assert block["args"]["blocked_us"] >= 280_000
    assert startup["ts"] <= block["ts"] <= startup["ts"] + startup["dur"]
    assert block["args"]["line"] == f"blocks_the_loop.py:{line_with('blocks_the_loop', '# here')}"
    assert {event["pid"] for event in events} == {1}


def test_several_real_runs_are_summed_up_phase_by_phase(start):
    shown = start("clean:app", "--select", "LS1", "--runs", "3").end().stdout
    time = r"[0-9.]+ (?:µs|ms|s)"
    for phase in ("import", "startup", "shutdown"):
        assert re.search(rf"^  {phase} +{time} ± {time} +\({time} … {time}, 3 runs\)$", shown, re.MULTILINE), phase


def test_two_saved_reports_of_real_runs_are_compared(start, tmp_path):
    for name in ("old", "new"):
        code = f"import time\nfrom clean import app\n{'time.sleep(0.3)' if name == 'new' else ''}\n"
        (tmp_path / "shop.py").write_text(code)
        words = ("shop:app", "--app-dir", str(tmp_path), "--select", "LS1", "--report", f"json={tmp_path}/{name}.json")
        assert start(*words, PYTHONPATH=str(TESTS / "apps")).end().exit_code == 0
    words = ("--load", "new.json", "--baseline", "old.json")
    outcome = start(*words, cwd=tmp_path).end()
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith("before: old.json, after: new.json\n\n  import ")
    assert re.search(r"^ +\+[23]\d\d ms  shop\.py:3  time\.sleep\(0\.3\)$", outcome.stdout, re.MULTILINE)
    outcome = start(*words, "--max-regression", "50%", cwd=tmp_path).end()
    assert outcome.exit_code == 1
    assert "error[LS202] " in outcome.stdout


def test_the_package_loads_neither_rich_nor_json():
    code = "import sys, lifespan_cli.output; print([name for name in ('rich', 'json') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("words", "loaded"),
    [(["--version"], False), (["clean:app"], False), (["clean:app", "--report", "html={folder}/a.html"], True)],
    ids=["version", "text", "html"],
)
def test_templates_are_loaded_for_the_html_report_alone(words, loaded, tmp_path):
    given = [word.format(folder=tmp_path) for word in words]
    command = [sys.executable, "-X", "importtime", "-m", "lifespan_cli", *given]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=TESTS / "apps", check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "lifespan_cli.errors" in imported
    assert ({"jinja2", "markupsafe"} <= imported, "jinja2" in imported) == (loaded, loaded)
    assert [path.name for path in tmp_path.iterdir()] == (["a.html"] if loaded else [])
