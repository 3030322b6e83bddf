"""The hook as pre-commit runs it, from a repository that holds its definition, in a project with an application."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sysconfig.get_path("scripts")
GOOD = """
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""
BAD = GOOD.replace("await receive()", "raise OSError('no database')", 1)


@pytest.fixture
def environ(tmp_path):
    """An environment with the tool on PATH, and with a git that knows nothing of the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "LIFESPAN_CHECK_"))}
    who = {f"GIT_{role}_{what}": "test@localhost" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    path = {"PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}", "PRE_COMMIT_HOME": str(tmp_path / "home")}
    return {**kept, **who, **git, **path}


@pytest.fixture
def repository(tmp_path, environ):
    """Makes a git repository of files."""

    def repository(name: str, **files: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for file, content in files.items():
            (folder / file).write_text(content)
        for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "All"]):
            subprocess.run(["git", *words], cwd=folder, env=environ, check=True)
        return folder

    return repository


@pytest.fixture
def hook(repository, environ):
    """Runs the hook, with these arguments, in a project whose main.py is this application."""
    definition = repository("hooks", **{".pre-commit-hooks.yaml": (ROOT / ".pre-commit-hooks.yaml").read_text()})

    def hook(application: str, *words: str) -> subprocess.CompletedProcess[str]:
        project = repository("project", **{"main.py": application})
        command = [sys.executable, "-m", "pre_commit", "try-repo", str(definition), "lifespan-check", *words]
        return subprocess.run(command, cwd=project, env=environ, capture_output=True, text=True, timeout=120)

    assert shutil.which("lifespan-check", path=environ["PATH"])
    return hook


@pytest.mark.parametrize(("application", "code", "said"), [(GOOD, 0, "Passed"), (BAD, 1, "Failed")])
def test_the_hook_checks_the_application_before_a_push(hook, application, code, said):
    done = hook(application, "--hook-stage", "pre-push", "--verbose")
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout
    assert "hook id: lifespan-check" in done.stdout
    assert ("PASSED  ready in" if code == 0 else "FAILED main:app") in done.stdout
    assert "found in main.py" in done.stdout


def test_it_does_not_hold_up_a_commit(hook):
    done = hook(BAD, "--hook-stage", "pre-commit")
    assert "lifespan-check....." not in done.stdout
    assert "No hook with id `lifespan-check` in stage `pre-commit`" in done.stdout + done.stderr
