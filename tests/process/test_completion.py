"""What the shells are told, and what a real bash makes of it."""

import os
import pty
import re
import shutil
import subprocess

import pytest

from lifespan_cli import cli, rules
from lifespan_cli.completion import SCRIPTS, flags, script
from lifespan_cli.settings import FORMATS, OPTIONS, spelled
from lifespan_cli.usage import ABOUT

CODES = {rule.code for rule in rules.RULES}


def test_every_option_is_known_with_what_its_value_may_be():
    known = {flag.name: flag for flag in flags()}
    assert list(known) == [f"--{spelled(field)}" for field in OPTIONS if field != "targets"] + [row[0] for row in ABOUT]
    assert known["--backend"].words == ("asyncio", "uvloop", "trio")
    assert known["--output-format"].words == known["--report"].words == tuple(FORMATS)
    assert known["--fail-on"].words == ("error", "warning", "never")
    assert set(known["--ignore"].words) == set(known["--explain"].words) == CODES
    assert known["--completion"].words == ("bash", "zsh", "fish")
    assert [name for name, flag in known.items() if flag.place == "file"] == [
        "--python",
        "--env-file",
        "--baseline",
        "--save-baseline",
        "--load",
    ]
    assert [name for name, flag in known.items() if flag.place == "folder"] == ["--app-dir"]
    assert {name for name, flag in known.items() if flag.repeatable} >= {"--preload", "--select", "--report"}
    assert (known["--quiet"].short, known["--quiet"].takes_value) == ("-q", False)
    assert known["--timeout"].takes_value
    assert known["--python"].help == "Run the target with this interpreter, or that of this virtual environment"
    assert known["--env-file"].help.startswith("Set the variables of this .env file")


def test_it_is_asked_for_on_the_command_line(capsys):
    for shell in SCRIPTS:
        assert cli.run(["--completion", shell]) == 0
        assert capsys.readouterr().out == script(shell)
    assert cli.run(["--completion", "tcsh"]) == 2
    assert capsys.readouterr() == ("", "lifespan-check: error: --completion: 'tcsh' is none of bash, zsh, fish\n")


@pytest.mark.parametrize("shell", SCRIPTS)
def test_every_option_is_in_every_script(shell):
    written = script(shell)
    dashes = {"fish": "-l "}.get(shell, "--")
    for flag in flags():
        assert re.search(rf"{dashes}{flag.name[2:]}(?![-\w])", written), flag.name


@pytest.mark.parametrize("shell", [name for name in SCRIPTS if shutil.which(name)])
def test_the_shells_that_are_here_find_no_mistake_in_it(shell, tmp_path):
    file = tmp_path / "script"
    file.write_text(script(shell))
    done = subprocess.run([shell, "-n", file], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def completed(tmp_path, monkeypatch):
    """What bash makes of a command line, typed in a folder with files: the words that the command gets."""
    for name in ("main.py", "worker.py", "notes.txt", "report.json", "one.env"):
        (tmp_path / name).touch()
    (tmp_path / "shop").mkdir()
    (tmp_path / "script").write_text(
        f"{script('bash')}\nPS1='ready> '\nlifespan-check() {{ printf '<%s>' \"$@\" > words; exit; }}\n"
    )

    def completed(typed: str) -> list[str]:
        environ = {**os.environ, "TERM": "dumb", "INPUTRC": "/dev/null", "HISTFILE": ""}
        ours, theirs = pty.openpty()
        command = ["bash", "--noprofile", "--rcfile", "script", "-i"]
        with subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, env=environ, start_new_session=True
        ) as process:
            os.close(theirs)
            shown = b""
            while b"ready> " not in shown:
                shown += os.read(ours, 4096)
            os.write(ours, f"lifespan-check {typed}\n".encode())
            try:
                while os.read(ours, 4096):
                    pass
            except OSError:  # the other end is closed: bash is gone
                pass
            process.wait(60)
        os.close(ours)
        return re.findall(r"<([^>]*)>", (tmp_path / "words").read_text())

    return completed


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("--back\ttr\t", ["--backend", "trio"]),
        ("--backend=tr\t", ["--backend=trio"]),
        ("--max-bl\t", ["--max-blocking"]),
        ("--rep\tjun\trep\t", ["--report", "junit=report.json"]),
        ("--report=junit=rep\t", ["--report=junit=report.json"]),
        ("--env-file o\t", ["--env-file", "one.env"]),
        ("--app-dir s\t", ["--app-dir", "shop/"]),
        ("--select LS10\t4", ["--select", "LS104"]),
        ("--explain LS00\t1", ["--explain", "LS001"]),
        ("ma\t", ["main.py"]),
        ("sh\t", ["shop/"]),
        ("no\t", ["no"]),
        ("--timeout 3 wo\t", ["--timeout", "3", "worker.py"]),
    ],
)
def test_bash_completes(completed, typed, words):
    assert completed(typed) == words
