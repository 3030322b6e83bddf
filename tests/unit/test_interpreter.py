"""By which interpreter a target is run, and what its env file adds."""

import sys
from pathlib import Path

import pytest

from lifespan_cli.discover import plans
from lifespan_cli.errors import UsageError
from lifespan_cli.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def environment(folder: Path) -> Path:
    """Something that looks like a virtual environment; its interpreter."""
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    (folder / "pyvenv.cfg").touch()
    python.symlink_to(sys.executable)
    return python


def interpreter(folder: Path, environ=None, python=None, target="main:app") -> tuple[str, str]:
    (plan,) = plans(Settings(targets=(target,), python=python), environ or {}, folder)
    return plan.python, plan.python_reason


def no_interpreter(folder: Path, environ=None, python=None) -> str:
    with pytest.raises(UsageError) as caught:
        interpreter(folder, environ, python)
    return str(caught.value)


def test_the_interpreter_asked_for_then_the_active_then_the_one_beside_then_our_own(folder):
    assert interpreter(folder) == (sys.executable, "lifespan-check's own")
    beside = environment(folder / ".venv")
    assert interpreter(folder) == (str(beside), ".venv beside the target")
    conda = environment(folder / "conda")
    environ = {"CONDA_PREFIX": str(folder / "conda"), "CONDA_DEFAULT_ENV": "base"}
    assert interpreter(folder, environ) == (str(beside), ".venv beside the target")
    environ["CONDA_DEFAULT_ENV"] = "work"
    assert interpreter(folder, environ) == (str(conda), "the active conda environment")
    active = environment(folder / "active")
    environ["VIRTUAL_ENV"] = str(folder / "active")
    assert interpreter(folder, environ) == (str(active), "the active virtual environment")
    assert interpreter(folder, environ, sys.executable) == (sys.executable, "--python")
    assert interpreter(folder, environ, str(folder / "conda")) == (str(conda), "--python")
    assert interpreter(folder, {"PATH": str(folder / "conda/bin")}, "python") == (str(conda), "--python")


def test_condas_base_is_better_than_our_own(folder):
    conda = environment(folder / "conda")
    environ = {"CONDA_PREFIX": str(folder / "conda"), "CONDA_DEFAULT_ENV": "base"}
    assert interpreter(folder, environ) == (str(conda), "the active conda environment")


def test_a_venv_beside_the_targets_file_comes_before_the_current_directorys(folder):
    environment(folder / ".venv")
    (folder / "service").mkdir()
    (folder / "service/main.py").touch()
    assert interpreter(folder, target="service/main.py") == (
        str(folder / ".venv/bin/python"),
        ".venv beside the target",
    )
    beside = environment(folder / "service/.venv")
    assert interpreter(folder, target="service/main.py")[0] == str(beside)


def test_an_interpreter_that_cannot_be_used(folder):
    way_out = "give --python an interpreter or a virtual environment"
    (folder / "empty").mkdir()
    (folder / "text").touch()
    gone = environment(folder / "gone")
    gone.unlink()
    gone.symlink_to("/nowhere/python")
    assert no_interpreter(folder, {"PATH": ""}, "python9.9") == (
        f"--python: no program 'python9.9' is on PATH; {way_out} that exists"
    )
    assert no_interpreter(folder, python="/nowhere/python") == (
        f"--python: '/nowhere/python' does not exist; {way_out} that works"
    )
    assert no_interpreter(folder, python=f"{folder}/text") == (
        f"--python: '{folder}/text' is no program that can be run; {way_out} that works"
    )
    assert no_interpreter(folder, python=f"{folder}/empty") == (
        f"--python: the folder '{folder}/empty' has no bin/python; {way_out}"
    )
    assert no_interpreter(folder, python=f"{folder}/gone") == (
        f"--python: '{gone}' is a link that leads nowhere; {way_out} that works"
    )
    assert no_interpreter(folder, {"VIRTUAL_ENV": f"{folder}/none"}) == (
        f"VIRTUAL_ENV: there is no folder '{folder}/none'; {way_out} that exists"
    )
    (folder / "gone").rename(folder / ".venv")
    assert no_interpreter(folder) == (
        f"the .venv beside the target: '{folder}/.venv/bin/python' is a link that leads nowhere; {way_out} that works"
    )


def env_of(folder: Path, text: str, environ=None) -> dict[str, str]:
    (folder / ".env").write_text(text)
    settings = Settings(targets=("main:app",), env_file=folder / ".env")
    (plan,) = plans(settings, environ or {}, folder)
    return dict(plan.env)


def test_the_env_file_adds_what_is_not_set(folder):
    text = "# c\nexport A=1\nB='two # words'\nC=${A}-${B}-${SET}\nSET=file\nBARE\nEMPTY=\n"
    assert env_of(folder, text, {"SET": "real"}) == {
        "A": "1",
        "B": "two # words",
        "C": "1-two # words-real",
        "EMPTY": "",
    }


def test_a_line_that_is_none_is_refused_with_its_number(folder):
    with pytest.raises(UsageError) as caught:
        env_of(folder, "A=1\n\n\nnot a line\n")
    assert str(caught.value) == f"--env-file: line 4 of '{folder}/.env' is not of the form NAME=value: 'not a line'"


def test_an_env_file_that_cannot_be_read(folder):
    for name, content, reason in (
        ("none", None, "cannot be read: No such file or directory"),
        ("latin", b"A=\xff\n", "is no UTF-8 text"),
    ):
        if content is not None:
            (folder / name).write_bytes(content)
        with pytest.raises(UsageError) as caught:
            plans(Settings(targets=("main:app",), env_file=folder / name), {}, folder)
        assert str(caught.value) == f"--env-file: '{folder}/{name}' {reason}"
