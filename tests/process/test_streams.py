"""The standard streams: closed, deserted, full, of another encoding; and what they can show."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lifespan_cli import streams

COMMAND = (sys.executable, "-m", "lifespan_cli")
CLEAN = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(streams.__file__).parents[1])}


def shell(words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command in a shell script, in which `$check` stands for it."""
    return subprocess.run(
        ["bash", "-c", words],
        env={**CLEAN, "check": " ".join(COMMAND), **environ},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


def outcome(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("option", ["--version", "--help", "--list-rules", "--explain LS104"])
def test_a_closed_or_deserted_stdout_is_silent(option):
    assert outcome(shell(f"$check {option} >&-")) == (0, "", "")
    assert outcome(shell(f"set -o pipefail; ( $check {option}; echo $? >&2 ) | true")) == (0, "", "0\n")


def test_a_full_disk_is_said():
    assert outcome(shell("$check --list-rules >/dev/full")) == (
        3,
        "",
        "lifespan-check: error: stdout cannot be written: No space left on device\n",
    )


def test_a_closed_stderr_changes_no_exit_code():
    assert outcome(shell("$check a:b:c 2>&-")) == (2, "", "")
    assert outcome(shell("$check a:b:c 2>/dev/full")) == (2, "", "")


def test_closed_descriptors_are_occupied_for_the_children():
    script = "import os, sys, lifespan_cli.streams as s; s.prepare(); a = os.pipe(); print(a[0] > 2, file=sys.stderr)"
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -c '{script}' <&- >&-"], env=CLEAN, capture_output=True, encoding="utf-8"
    )
    assert done.stderr == "True\n"


def test_a_current_directory_that_is_gone(tmp_path):
    gone = tmp_path / "gone"
    done = shell(f"mkdir {gone} && cd {gone} && rmdir {gone} && $check a:b")
    assert outcome(done) == (
        2,
        "",
        "lifespan-check: error: the current directory cannot be used: No such file or directory; "
        "change to one that exists\n",
    )


class Terminal:
    def __init__(self, is_terminal: bool = True, encoding: str = "utf-8") -> None:
        self.isatty = lambda: is_terminal
        self.encoding = encoding


@pytest.mark.parametrize(
    ("choice", "environ", "terminal", "colored"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "0"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, True, False),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_color(monkeypatch, choice, environ, terminal, colored):
    monkeypatch.setattr(sys, "stdout", Terminal(terminal))
    assert streams.is_colored(choice, environ) is colored


def test_the_width_is_columns_else_the_terminals_else_100(monkeypatch):
    assert streams.width({"COLUMNS": "72"}) == 72
    for columns in ("", "0", "-5", "wide", "²"):
        monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((133, 24)))
        assert streams.width({"COLUMNS": columns}) == 133
        monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((0, 0)))
        assert streams.width({"COLUMNS": columns}) == 100


def test_signs_are_those_that_stdout_can_write(monkeypatch):
    for encoding, can in (("utf-8", True), ("ascii", False), ("cp1252", False), ("no-such", False), (None, False)):
        monkeypatch.setattr(sys, "stdout", Terminal(encoding=encoding))
        assert streams.is_unicode("━←µ") is can
