"""The door: what the command says and how it exits; nothing here starts an application's process."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import APPS, call
from rendering import diagnosed

from lifespan_cli import __version__, cli, pipeline, watch
from lifespan_cli.model import SCHEMA_VERSION, Report, serialize
from lifespan_cli.options import SECOND_NS, Destination
from lifespan_cli.rules import RULES
from lifespan_cli.settings import OPTIONS, PANELS, Settings, spelled
from lifespan_cli.usage import help_text

HINT = "Try 'lifespan-check --help'.\n"
COMMAND = (sys.executable, "-m", "lifespan_cli")
CLEAN = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(cli.__file__).parents[1])}


def started(*arguments: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, env={**CLEAN, **environ}, capture_output=True, encoding="utf-8", timeout=60
    )


def refused(sentence: str, hint: str = "") -> tuple[int, str, str]:
    return 2, "", f"lifespan-check: error: {sentence}\n{hint}"


def outcome(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


def told(*arguments: str, cwd: Path = APPS, **environ: str) -> tuple[int, str, str]:
    """The same without a process."""
    done = call(arguments, cwd, environ)
    return done.exit_code, done.stdout, done.stderr


# what it says of itself


@pytest.mark.parametrize("arguments", [["--version"], ["-V"], ["--version", "--quiet"]])
def test_version(arguments):
    assert outcome(started(*arguments)) == (0, f"lifespan-check {__version__}\n", "")


def loaded(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *COMMAND[1:], *arguments], env=CLEAN, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


def test_version_and_help_are_told_without_the_parser_and_rules_without_rich():
    assert not {"typer", "rich", "dataclasses", "typing"} & loaded("--version")
    assert not {"typer", "rich", "anyio"} & loaded("--help")
    assert not {"rich", "anyio"} & loaded("--list-rules")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["myapp:app", "--timeout", "3", "--help"]])
def test_help(arguments):
    assert outcome(started(*arguments, COLUMNS="90")) == (0, help_text(90), "")


def test_help_shows_every_option_once_in_its_panel_and_fits():
    for columns in (60, 80, 100):
        text = help_text(columns)
        assert max(map(len, text.splitlines())) <= columns
        assert re.findall(r"^(\w+):$", text, re.MULTILINE) == [*PANELS, "Formats", "About"]
        for field in OPTIONS:
            if field != "targets":
                pattern = rf"^  (-\w, )?--{spelled(field)}\b(?!-)"
                assert len(re.findall(pattern, text, re.MULTILINE)) == 1, field
    assert "\n  --timeout DURATION              The longest that any one phase may take" in text
    assert "[default: 60s]" in " ".join(text.split())
    assert len(help_text(30)) == len(help_text(60))


def test_explain_and_list_rules():
    done = told("--explain", "startup-without-outcome")
    assert (done[0], done[2]) == (0, "")
    assert done == told("--explain", "ls104")
    assert done[1].startswith("LS104 startup-without-outcome (")
    assert "Bad:" in done[1]
    code, listing, err = told("--list-rules")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in listing.splitlines()] == [rule.code for rule in RULES]
    code, out, err = told("--explain", "LS999")
    assert (code, out) == (2, "")
    assert re.fullmatch(r"lifespan-check: error: there is no rule 'LS999'.*\(--list-rules shows all\)\n", err)


# what it refuses


@pytest.mark.parametrize(
    ("arguments", "sentence", "hint"),
    [
        (
            ["--timout", "3"],
            "there is no option --timout; the nearest are --exit-timeout, --import-timeout, --timeout",
            HINT,
        ),
        (["--timeout"], "option '--timeout' requires an argument", HINT),
        (["--factory=3", "a:b"], "option '--factory' does not take a value", HINT),
        (["-x"], "there is no option -x", HINT),
        (["--backend", "curio"], "--backend: 'curio' is none of asyncio, uvloop, trio", ""),
        (["-qv", "a:b"], "quiet and verbose exclude each other; take one of them away", ""),
        (["--select", "QQQ", "a:b"], "--select: no rule has the code 'QQQ' (--list-rules shows all)", ""),
        (
            ["a:b:c"],
            "the target 'a:b:c' has more than one colon; write module:attribute or path/to/file.py:attribute",
            "",
        ),
        (["main.py"], "there is no file 'main.py'; its folder holds no Python file", ""),
        (["--env-file", ".env", "a:b"], "--env-file: '{cwd}/.env' cannot be read: No such file or directory", ""),
        (
            ["--python", "/nowhere/python", "a:b"],
            "--python: '/nowhere/python' does not exist; "
            "give --python an interpreter or a virtual environment that works",
            "",
        ),
    ],
)
def test_a_wrong_command_line_gets_one_sentence_and_2(tmp_path, arguments, sentence, hint):
    assert told(*arguments, cwd=tmp_path) == refused(sentence.format(cwd=tmp_path), hint)


def test_a_wrong_variable_and_a_wrong_file(tmp_path):
    assert told("a:b", cwd=tmp_path, LIFESPAN_CHECK_TIMEOUT="soon") == refused(
        "LIFESPAN_CHECK_TIMEOUT: 'soon' is no duration; write seconds (1.5), or a number with its unit: 300ms, 1.5s, 2m"
    )
    (tmp_path / "pyproject.toml").write_text("[tool.lifespan-check]\ntimout = 3\n")
    assert told("a:b", cwd=tmp_path) == refused(
        "[tool.lifespan-check] of pyproject.toml has an unknown key 'timout'; the nearest known one is timeout"
    )


def test_no_target_and_two_targets(tmp_path):
    code, out, err = told(cwd=tmp_path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.endswith("name one: lifespan-check module:app\n")
    for name in ("main.py", "api.py"):
        (tmp_path / name).write_text("app = object()\n")
    assert told(cwd=tmp_path) == refused(
        "no target is named and 2 are found: main:app, api:app; name one: lifespan-check main:app"
    )


def test_what_an_error_quotes_is_inert(tmp_path):
    done = started("\x1b[31m\nred:app", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert done.stderr.startswith("lifespan-check: error: '\\x1b[31m\\nred' in the target ")
    assert done.stderr.count("\n") == 1
    done = started("naïve é:app", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert "na\\xefve \\xe9" in done.stderr


# how a report leaves: the pipeline is replaced, for it is another room


REPORT = Report(SCHEMA_VERSION, __version__, "passed", 0, ())


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Runs the command with a pipeline that returns a report; the settings that it got."""
    for name in ("CI", "NO_COLOR", "FORCE_COLOR", "VIRTUAL_ENV", *(f"LIFESPAN_CHECK_{name}" for name in OPTIONS)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    calls: list[tuple[Settings, bool]] = []

    def run(settings, *, live=False, last=False, code=0):
        calls.append((settings, live))
        return diagnosed(Report(SCHEMA_VERSION, __version__, "passed", code, ()))

    monkeypatch.setattr(pipeline, "run", run)
    return calls


def sample(field: str, folder: Path) -> tuple[list[str], object]:
    """A value that no other option has, nor this one by default: as words of the command line, and as it is read."""
    number = 2 + list(OPTIONS).index(field)
    word, path = f"of-{field}", folder / f"of-{field}"
    kind = OPTIONS[field].kind
    if kind.words and not kind.repeatable:
        return [kind.words[-1]], kind.words[-1]
    return {
        "": ([], True),
        "DURATION": ([f"{number}s"], number * SECOND_NS),
        "N": ([f"{number}"], number),
        "SIZE": ([f"{number}MB"], number * 10**6),
        "SHARE": ([f"{number}%"], number / 100),
        "DIR": ([word], path),
        "FILE": ([word], path),
        "MODULE": ([word], (word,)),
        "CODE": ([word], (word,)),
        "PATH": ([f"/{word}"], (f"/{word}",)) if kind.repeatable else ([word], word),
        "FORMAT=PATH": ([f"junit={word}"], (Destination("junit", path),)),
    }[kind.metavar]


@pytest.mark.parametrize("field", [field for field in OPTIONS if field != "targets"])
def test_every_flag_reaches_the_settings(asked, field, tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "run", lambda _, load, *__: asked.append((load(), False)) or 0)
    words, value = sample(field, tmp_path)
    assert value != getattr(Settings(), field)
    names = [f"--{spelled(field)}", *filter(None, [OPTIONS[field].short])]
    for name in names:
        assert cli.run([name, *words, "a:b", "c"]) == 0
    assert [settings for settings, _ in asked] == len(names) * [
        replace(Settings(targets=("a:b", "c")), **{field: value})
    ]


def test_a_flag_of_a_list_may_be_repeated(asked):
    assert cli.run(["a:b", "--preload", "x", "--preload", "y,z", "--ignore", "LS104", "--ignore", "LS105"]) == 0
    ((settings, _),) = asked
    assert (settings.preload, settings.ignore) == (("x", "y", "z"), ("LS104", "LS105"))


def test_the_report_goes_to_stdout(asked, capsys):
    assert cli.run(["a:b", "--output-format", "json"]) == 0
    assert serialize.from_dict(json.loads(capsys.readouterr().out)) == REPORT


def test_flags_that_are_not_given_leave_the_variables_alone(asked, monkeypatch):
    monkeypatch.setenv("LIFESPAN_CHECK_FACTORY", "yes")
    monkeypatch.setenv("LIFESPAN_CHECK_SELECT", "LS1 LS2")
    monkeypatch.setenv("LIFESPAN_CHECK_OUTPUT_FORMAT", "json")
    assert cli.run(["a:b"]) == 0
    ((settings, _),) = asked
    assert settings == Settings(targets=("a:b",), factory=True, select=("LS1", "LS2"), output_format="json")


@pytest.mark.parametrize("code", [0, 1, 130])
def test_the_exit_code_is_the_reports(asked, monkeypatch, code):
    monkeypatch.setattr(
        pipeline, "run", lambda *_, **__: diagnosed(Report(SCHEMA_VERSION, __version__, "failed", code, ()))
    )
    assert cli.run(["--output-format", "json", "a:b"]) == code


def test_a_bug_of_ours_is_one_sentence_and_3(asked, monkeypatch, capsys):
    def run(*_, **__):
        raise KeyError("lost\nin the house")

    monkeypatch.setattr(pipeline, "run", run)
    assert cli.run(["a:b"]) == 3
    sentence = (
        "lifespan-check: error: lifespan-check itself broke (KeyError: 'lost\\nin the house'); "
        "please report it with what it prints when LIFESPAN_CHECK_DEBUG=1 is set\n"
    )
    assert capsys.readouterr() == ("", sentence)
    monkeypatch.setenv("LIFESPAN_CHECK_DEBUG", "1")
    assert cli.run(["a:b"]) == 3
    shown = capsys.readouterr().err
    assert shown.startswith("Traceback (most recent call last):\n")
    assert shown.endswith(sentence)


def test_an_interrupt_is_130(asked, monkeypatch, capsys):
    def run(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "run", run)
    assert cli.run(["a:b"]) == 130
    assert capsys.readouterr() == ("", "")


class Terminal:
    def __init__(self, is_terminal: bool) -> None:
        self.isatty = lambda: is_terminal


@pytest.mark.parametrize(
    ("arguments", "environ", "live"),
    [
        ([], {}, True),
        ([], {"CI": "true"}, False),
        ([], {"CI": "false"}, True),
        ([], {"TERM": "dumb"}, False),
        (["-q"], {}, False),
        (["-s"], {}, False),
    ],
)
def test_a_live_line_is_for_someone_who_looks(asked, monkeypatch, arguments, environ, live):
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", Terminal(is_terminal=True))
    assert cli.run(["a:b", "--output-format", "json", *arguments]) == 0
    assert [live for _, live in asked] == [live]
    monkeypatch.setattr(sys, "stderr", Terminal(is_terminal=False))
    assert cli.run(["a:b", "--output-format", "json", *arguments]) == 0
    assert asked[1][1] is False
