"""What the README shows is what the command says."""

import os
import re
import shlex
import shutil
import subprocess
import sysconfig
from pathlib import Path

import lifespan_cli
from lifespan_cli import rules

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPTS = sysconfig.get_path("scripts")
NUMBER = r"[0-9]+(?:\.[0-9]+)*"


def block(marker: str) -> str:
    """The fenced block that follows a marker."""
    found = re.search(rf"^<!-- {marker} -->\n```\w+\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert found is not None, marker
    return found[1]


def session(marker: str) -> tuple[list[str], str]:
    """The last command of a console block as words, and what it printed."""
    line, _, printed = block(marker).partition("\n")
    return shlex.split(line.removeprefix("$ ").rpartition("&&")[2]), printed


def printed_by(words: list[str], cwd: Path) -> str:
    """What the installed command prints, 100 columns wide."""
    assert Path(words[0]).name == "lifespan-check"
    settings = ("LIFESPAN_CHECK_", "VIRTUAL_ENV", "CONDA_", "FORCE_COLOR", "GITHUB_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    command = [str(Path(SCRIPTS, "lifespan-check")), *words[1:]]
    done = subprocess.run(command, cwd=cwd, env={**environ, "COLUMNS": "100"}, capture_output=True, timeout=60)
    assert not done.stderr
    return done.stdout.decode()


def shape(text: str) -> list[str]:
    """The words of a report, without what differs from one run and one machine to another."""
    text = re.sub(r"^import .*, by cost\n(?:.+\n)+\n", "", text, flags=re.MULTILINE)  # told when the machine is busy
    lines = []
    for line in text.splitlines():
        line = re.sub(r"^( +python +).*", r"\1#", line)
        line = re.sub(rf"[-+]?{NUMBER} ?(?:µs|ms|s|B|kB|MB)\b", "#", line)
        line = re.sub(rf"(?<=[A-Za-z] ){NUMBER}\b", "#", line)
        line = re.sub(r"[0-9]+%", "#", line)
        line = re.sub(r"[━─╸╺╴╶]+", "", line)
        lines.append(" ".join(line.split()))
    return lines


def test_the_first_screen_shows_what_the_demo_prints() -> None:
    words, shown = session("demo")

    assert words[1:] == ["lifespan_cli.demo:app"]
    assert shape(printed_by(words, Path(lifespan_cli.__file__).parents[1])) == shape(shown)


def test_both_commands_are_on_the_first_screen() -> None:
    first_screen = "\n".join(README.splitlines()[:45])

    assert "pip install . && .venv/bin/lifespan-check lifespan_cli.demo:app" in first_screen
    assert block("test command") in first_screen


def test_a_failure_is_shown_as_it_is_printed(tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "frameworks" / "starlette_failing.py", tmp_path / "main.py")
    words, shown = session("failing")

    assert shape(printed_by(words, tmp_path)) == shape(shown)


def test_the_options_are_the_real_help(tmp_path: Path) -> None:
    assert block("help") == printed_by(["lifespan-check", "--help"], tmp_path)


def test_the_table_of_rules_is_the_real_one() -> None:
    shown = README.partition("<!-- rules -->\n")[2].partition("<!-- /rules -->")[0]

    assert shown == rules.table()
