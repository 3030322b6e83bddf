"""The composite action: what its file says, and its shell steps run as a runner runs them, in a project of their own.

The install step installs this checkout, with pip, as on a runner.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.xdist_group("action")  # whose tests share one installation
ROOT = Path(__file__).parents[2]
HOME = ROOT / ".github" / "actions" / "lifespan-check"
ACTION: Mapping[str, Any] = yaml.safe_load((HOME / "action.yml").read_text())
STEPS: Mapping[str, Mapping[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"]}
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""What `shell: bash` means in an action (docs.github.com, "Workflow syntax")."""

GOOD = """
import json


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""
BAD = GOOD.replace("await receive()", "await receive(), 1 / 0", 1)


@dataclass(frozen=True)
class Done:
    """A step that has run."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str

    @property
    def report(self) -> Mapping[str, Any]:
        """The JSON report that it names."""
        return json.loads(Path(self.outputs["report"]).read_text())


def run(step: str, inputs: Mapping[str, str], workspace: Path, temp: Path, **environ: str) -> Done:
    """Run a step of the action with these inputs, as a runner does; what it cannot know here is an error."""
    chosen = {name: given.get("default", "") for name, given in ACTION["inputs"].items()} | dict(inputs)
    files = {name: temp / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GITHUB_", "LIFESPAN_CHECK_", "CONDA_", "VIRTUAL_ENV", "PYTHONPATH"))
    }
    ours = {
        **{name: str(file) for name, file in files.items()},
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(HOME),
        "GITHUB_WORKSPACE": str(workspace),
        "RUNNER_TEMP": str(temp),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    definition = STEPS[step]
    given = {name: evaluated(value, chosen) for name, value in definition.get("env", {}).items()}
    script = temp / "step.sh"
    script.write_text(definition["run"])
    done = subprocess.run(
        [*SHELL, script],
        cwd=workspace / evaluated(definition.get("working-directory", "."), chosen),
        env={**kept, **ours, **given, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return Done(done.returncode, done.stdout, outputs, files["GITHUB_STEP_SUMMARY"].read_text())


def evaluated(value: str, inputs: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: inputs[found[1]], value)


@pytest.fixture(scope="module")
def temp(tmp_path_factory):
    """A runner's folder for temporary files, in which the tool is installed."""
    folder = tmp_path_factory.mktemp("runner temp")
    done = run("Install lifespan-check", {}, folder, folder)
    assert done.code == 0, done.log
    return folder


@pytest.fixture
def step(temp, tmp_path):
    """Runs the action's check in a workspace with two applications, with these inputs."""
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / ".git").mkdir()

    def step(environ: Mapping[str, str] | None = None, **inputs: str) -> Done:
        named = {name.replace("_", "-"): value for name, value in inputs.items()}
        return run("Check", named, tmp_path, temp, **(environ or {}))

    return step


def test_nothing_that_a_caller_says_becomes_part_of_a_script():
    scripts = [step for step in STEPS.values() if "run" in step]
    assert len(scripts) == 2
    for definition in scripts:
        assert "${{" not in definition["run"]
        assert definition["shell"] == "bash"
        for value in definition["env"].values():
            assert re.fullmatch(r"\$\{\{ inputs\.[\w-]+ \}\}", value)
            assert value[len("${{ inputs.") : -len(" }}")] in ACTION["inputs"]


def test_every_input_is_used_and_every_output_is_that_of_a_step():
    text = (HOME / "action.yml").read_text()
    for name in ACTION["inputs"]:
        assert re.search(rf"inputs\.{name}\b", text), name
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.{STEPS['Check']['id']}.outputs.{name} }}}}"


def test_an_application_that_passes(step):
    done = step(target="good:app", args="--ignore LS2")
    assert done.code == 0, done.log
    assert "PASSED  ready in" in done.log
    assert done.outputs.keys() == {"exit-code", "report"}
    assert done.outputs["exit-code"] == "0"
    assert done.report["verdict"] == "passed"
    assert "`good:app`" in done.summary
    assert "::" not in done.log


def test_a_finding_fails_the_step_with_an_annotation_at_its_line_and_a_summary(step):
    done = step(target="bad:app")
    assert (done.code, done.outputs["exit-code"]) == (1, "1")
    (annotation,) = [line for line in done.log.splitlines() if line.startswith("::error ")]
    assert annotation.startswith("::error file=bad.py,line=6,title=LS102 startup-crashed")
    assert done.report["targets"][0]["findings"][0]["code"] == "LS102"
    assert "startup-crashed" in done.summary


def test_several_targets_and_options_with_blanks_in_quotes(step, tmp_path):
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "third.py").write_text(GOOD)
    done = step(target="good:app\n  'a b/third.py:app'\n", args="--env-file 'a b/.env' --ignore LS2 -q")
    assert done.code == 2
    assert "--env-file: '" in done.log
    assert "report" not in done.outputs
    (tmp_path / "a b" / ".env").write_text("X=1\n")
    done = step(target="good:app\n  'a b/third.py:app'\n", args="--env-file 'a b/.env' --ignore LS2 -q")
    assert done.code == 0, done.log
    assert [target["target"] for target in done.report["targets"]] == ["good:app", "a b/third.py:app"]


@pytest.mark.parametrize("name", ["target", "args"])
def test_inputs_are_words_and_no_more(step, tmp_path, name):
    done = step(**{"target": "good:app", name: "$(touch owned) `touch owned` ; touch owned # * > owned"})
    assert done.code == 2
    assert "lifespan-check: error: " in done.log
    assert not (tmp_path / "owned").exists()
    done = step(**{"target": "good:app", name: "a 'b"})
    assert done.code == 2
    assert "::error title=lifespan-check::the inputs args and target have a quotation mark without" in done.log


def test_a_target_is_never_taken_for_an_option(step):
    done = step(target="--version")
    assert done.report["targets"][0]["target"] == "--version"


def executable(done: Done) -> str:
    return done.report["targets"][0]["environment"]["executable"]


def test_the_application_runs_with_the_jobs_own_python_unless_it_has_another(step, temp, tmp_path):
    own = str(Path(sys.executable).parent / "python3")
    assert executable(step(target="good:app")) == own

    other = tmp_path / "other"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", other], check=True)
    python = str(other / "bin" / "python")
    assert executable(step(target="good:app", python="other")) == python
    assert executable(step({"VIRTUAL_ENV": str(other)}, target="good:app")) == python
    (tmp_path / "pyproject.toml").write_text("[tool.lifespan-check]\npython = 'other'\n")
    assert executable(step(target="good:app")) == python
    (tmp_path / "pyproject.toml").unlink()
    other.rename(tmp_path / ".venv")
    assert executable(step(target="good:app")) == str(tmp_path / ".venv" / "bin" / "python")


def test_the_working_directory_is_where_everything_is_looked_for(step, tmp_path):
    (tmp_path / "service").mkdir()
    shutil.copy(tmp_path / "bad.py", tmp_path / "service" / "main.py")
    done = step(working_directory="service")
    assert done.outputs["exit-code"] == "1"
    assert "main:app (found in main.py)" in done.log
    assert "::error file=service/main.py,line=6," in done.log


def test_a_baseline_is_written_and_compared_with_the_next_time(step, tmp_path):
    file = tmp_path / "kept" / "baseline.json"
    first = step(target="good:app", baseline="kept/baseline.json", args="--select LS202")
    assert first.code == 0, first.log
    assert json.loads(file.read_text()) == first.report
    slower = GOOD.replace("await receive()", "import time; time.sleep(0.7); await receive()", 1)
    (tmp_path / "good.py").write_text(slower)
    second = step(target="good:app", baseline="kept/baseline.json", args="--select LS202")
    assert second.code == 1
    assert "LS202 slower-than-baseline" in second.log
    assert json.loads(file.read_text()) == second.report


def test_a_python_that_is_too_old_is_said(tmp_path):
    old = tmp_path / "bin"
    old.mkdir()
    for name in ("python3", "python", *(f"python3.{minor}" for minor in range(11, 16))):
        (old / name).write_text("#!/bin/sh\nexit 1\n")
        (old / name).chmod(0o755)
    done = run("Install lifespan-check", {}, tmp_path, tmp_path, PATH=f"{old}{os.pathsep}{os.environ['PATH']}")
    assert done.code == 2
    assert done.log == (
        "::error title=lifespan-check::no Python 3.11 or newer is on PATH; run actions/setup-python before\n"
    )


@pytest.mark.parametrize(("version", "wanted"), [("", f"{HOME}/../../.."), ("1.2.3", "lifespan-check==1.2.3")])
def test_it_installs_the_version_asked_for_else_the_one_that_it_comes_with(tmp_path, version, wanted):
    fake = tmp_path / "python3"
    fake.write_text(
        '#!/bin/sh\nif [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; fi\necho "$@" >>calls\n'
    )
    fake.chmod(0o755)
    done = run(
        "Install lifespan-check", {"version": version}, tmp_path, tmp_path, PATH=f"{tmp_path}{os.pathsep}/usr/bin:/bin"
    )
    assert done.code == 0, done.log
    assert (tmp_path / "calls").read_text().splitlines()[1:] == [
        f"-m venv {tmp_path}/lifespan-check",
        f"-m pip install --quiet --disable-pip-version-check {wanted}",
    ]
