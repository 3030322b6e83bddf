"""What the README shows is what the command says.

`python tests/accuracy/test_readme.py` writes it there anew. The tool and Starlette have to be installed, the
machine to be idle.
"""

import os
import re
import shlex
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path

import lifespan_cli
from lifespan_cli import rules

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPTS = sysconfig.get_path("scripts")
DEMO_FOLDER = Path(lifespan_cli.__file__).parents[1]
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
    settings = ("LIFESPAN_CHECK_", "VIRTUAL_ENV", "CONDA_", "FORCE_COLOR", "GITHUB_", "PYTHONDONTWRITEBYTECODE")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    command = [str(Path(SCRIPTS, "lifespan-check")), *words[1:]]
    done = subprocess.run(command, cwd=cwd, env={**environ, "COLUMNS": "100"}, capture_output=True, timeout=60)
    assert not done.stderr
    return done.stdout.decode()


ROW = re.compile(rf"\+?{NUMBER} (?:µs|ms|s) ")
"""How a line about one place in a call tree begins."""


def comparable(printed: str, shown: str) -> list[str]:
    """The words of what was printed, without what may differ from what is shown.

    A busy machine adds rows of places that then take some milliseconds, and a note; an interpreter older than others
    adds a note of what cannot be measured there.
    """
    rows = {neutral(line) for line in shown.splitlines() if ROW.match(line.strip())}
    lines = without_notes(printed).splitlines()
    return words_of([line for line in lines if not ROW.match(line.strip()) or neutral(line) in rows])


def without_notes(text: str) -> str:
    """The text without what depends on how busy the machine is, and on the interpreter."""
    return re.sub(r"^note: .*\n(?:      \S.*\n)*", "", text, flags=re.MULTILINE)


def words_of(lines: list[str]) -> list[str]:
    """All their words, the rows of tables first: where a line is broken depends on how long the numbers are, and which
    row comes first on which is the larger."""
    ordered = sorted(
        lines, key=lambda line: (not ROW.match(line.strip()), neutral(line) if ROW.match(line.strip()) else "")
    )
    return " ".join(map(neutral, ordered)).split()


def neutral(line: str) -> str:
    """The line without what differs from one run and one machine to another."""
    line = re.sub(r"Python [0-9.]+ \([^)]*\)", "Python #", line)
    line = re.sub(rf"[-+]?{NUMBER} ?(?:µs|ms|s|B|kB|MB)\b", "#", line)
    line = re.sub(rf"(?<=[A-Za-z] ){NUMBER}\b", "#", line)
    line = re.sub(r"[0-9]+ (%|more below|modules)", "#", line)
    line = re.sub(r", exit #\.", ".", line)  # told where it took more than 5 % of the whole
    return " ".join(line.split())


def test_the_first_screen_shows_what_the_demo_prints() -> None:
    words, shown = session("demo")

    assert words[1:] == ["lifespan_cli.demo:app"]
    printed = printed_by(words, DEMO_FOLDER)
    assert comparable(printed, shown) == words_of(without_notes(shown).splitlines())


def test_both_commands_are_on_the_first_screen() -> None:
    first_screen = "\n".join(README.splitlines()[:45])

    assert "pip install . && .venv/bin/lifespan-check lifespan_cli.demo:app" in first_screen
    assert block("test command") in first_screen


def test_a_failure_is_shown_as_it_is_printed(tmp_path: Path) -> None:
    words, shown = session("failing")

    # how long the import takes, and whether that is worth a warning, is the machine's
    printed = printed_by([*words, "--ignore=LS2"], with_failing_app(tmp_path))
    assert comparable(printed, shown) == words_of(without_notes(shown).splitlines())


def with_failing_app(folder: Path) -> Path:
    """The folder, with the application that fails as its main.py."""
    shutil.copy(ROOT / "tests" / "frameworks" / "starlette_failing.py", folder / "main.py")
    return folder


def test_the_options_are_the_real_help(tmp_path: Path) -> None:
    assert block("help") == printed_by(["lifespan-check", "--help"], tmp_path)


def test_the_table_of_rules_is_the_real_one() -> None:
    assert shown_rules() == rules.table()


def shown_rules() -> str:
    """The table between its two markers."""
    return README.partition("<!-- rules -->\n")[2].partition("<!-- /rules -->")[0]


def write() -> None:
    """Bring all that the tests above compare up to date; the reader's interpreter stands for ours."""
    text = README.replace(shown_rules(), rules.table())
    with tempfile.TemporaryDirectory() as folder:
        failing = with_failing_app(Path(folder))
        text = text.replace(block("help"), printed_by(["lifespan-check", "--help"], failing))
        for marker, cwd in (("demo", DEMO_FOLDER), ("failing", failing)):
            words, shown = session(marker)
            printed = re.sub(r"(Python [0-9.]+) \([^)]*\)", r"\1 (.venv beside the target)", printed_by(words, cwd))
            text = text.replace(shown, printed)
    (ROOT / "README.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
