"""Checks that follow changes: what counts as one, and the real command beside an application that is edited."""

import re
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
import watchfiles
from conftest import LONGEST_S
from msgspec.structs import replace
from rendering import diagnosed
from reports import CRASHED, PASSED

from lifespan_cli import watch
from lifespan_cli.analysis.call_tree import source
from lifespan_cli.configuration import load
from lifespan_cli.errors import UsageError
from lifespan_cli.settings import Settings
from lifespan_cli.watch import Tree, Turn

TREE = Tree((Path("/srv/venv/shop"), Path("/srv/lib")), (Path("/etc/shop.env"),))


@pytest.mark.parametrize(
    "path",
    [
        *("/srv/venv/shop/main.py", "/srv/lib/a/b/c.py", "/srv/lib/pyproject.toml", "/srv/lib/.env"),
        *("/srv/lib/a/.env.local", "/etc/shop.env"),
    ],
)
def test_what_counts(path):
    assert TREE.counts(Path(path))


@pytest.mark.parametrize(
    "path",
    [
        *("/srv/lib/a.pyc", "/srv/lib/README.md", "/srv/lib/__pycache__/a.py", "/srv/lib/.venv/lib/a.py"),
        *("/srv/lib/venv/x.py", "/srv/lib/node_modules/x.py", "/srv/lib/.#main.py", "/srv/other/main.py"),
        *("/etc/other.env", "/srv/lib/main.py~", "/srv/lib/.git/x.py"),
    ],
)
def test_what_does_not_count(path):
    assert not TREE.counts(Path(path))


def test_the_folders_of_all_targets_are_watched_and_single_files_elsewhere(tmp_path):
    for folder in ("api", "api/inner", "jobs", "here"):
        (tmp_path / folder).mkdir()
    for file in ("api/main.py", "api/inner/main.py", "jobs/main.py"):
        (tmp_path / file).touch()
    (tmp_path / "pyproject.toml").write_text(
        "[tool.lifespan-check.targets.'api/main.py']\nenv-file = 'one.env'\n"
        "[tool.lifespan-check.targets.'api/inner/main.py']\n[tool.lifespan-check.targets.'jobs/main.py']\n"
    )
    settings = load({}, {}, tmp_path / "here")
    assert watch.tree(settings, tmp_path / "here") == Tree(
        (tmp_path / "api", tmp_path / "jobs"), (tmp_path / "one.env", tmp_path / "pyproject.toml")
    )


def test_a_title_names_what_changed_and_the_check_that_is_compared_with():
    root = Path("/srv/shop")
    changed = tuple(root / f"{name}.py" for name in "abcde")
    assert Turn(2, changed[:1], PASSED, 1).title(root) == "check 2: a.py changed"
    assert Turn(5, (Path("/etc/env"), *changed), PASSED, 2).title(root) == (
        "check 5: /etc/env, a.py, b.py and 3 more changed, compared with check 2"
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (Settings(load=Path("x")), "--watch runs again and again, --load runs nothing; leave one of them out"),
        (
            Settings(output_format="html"),
            "--watch tells a person what changed; for files there is --report html=PATH",
        ),
    ],
)
def test_what_watching_excludes(settings, sentence):
    with pytest.raises(UsageError, match=f"^{sentence}$"):
        watch.validate(settings)


def watch_nothing(folder: Path) -> None:
    (folder / "main.py").touch()
    watch.run(folder, lambda: Settings(targets=("main:app",)), lambda _: pytest.fail("a check"), pytest.fail)


def test_without_watchfiles_it_is_said_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(UsageError, match=r"^--watch needs the package watchfiles; .* pip install watchfiles$"):
        watch_nothing(tmp_path)


@pytest.mark.parametrize("error", [OSError("no space left on device"), RuntimeError("watch limit reached")])
def test_a_folder_that_cannot_be_watched_is_named(monkeypatch, tmp_path, error):
    def refuse(*_, **__):
        raise error
        yield

    monkeypatch.setattr(watchfiles, "watch", refuse)
    with pytest.raises(UsageError, match=rf"^--watch: {tmp_path} cannot be watched: {error}$"):
        watch_nothing(tmp_path)


class Played:
    """Checks that are played: each has the next outcome, and `meanwhile` is called with its number as it ends."""

    def __init__(self, outcomes, meanwhile) -> None:
        self.outcomes = iter(outcomes)
        self.meanwhile = meanwhile
        self.number = 0
        self.turns: list[Turn | None] = []

    def run(self, folder: Path, **settings) -> int:
        return watch.run(folder, lambda: Settings(targets=("m:a",), **settings), self.check, self.show)

    def check(self, settings: Settings):
        self.number += 1
        self.meanwhile(self.number)
        outcome = next(self.outcomes)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def show(self, report, settings, turn) -> None:
        self.turns.append(turn)


def test_a_check_is_compared_with_the_last_one_that_came_up(tmp_path, capsys):
    before = diagnosed(PASSED)
    outcomes = [before, diagnosed(CRASHED), UsageError("no TOML"), before, diagnosed(CRASHED), KeyboardInterrupt()]
    played = Played(outcomes, lambda number: (tmp_path / f"{number}.py").touch())
    assert played.run(tmp_path) == 1
    first, *turns = played.turns
    assert first is None
    assert [(turn.number, turn.before, turn.before_number) for turn in turns] == [
        (2, before, 1),
        (3, before, 1),
        (4, before, 3),
    ]
    assert [turn.changed for turn in turns] == [(tmp_path / f"{number}.py",) for number in (1, 3, 4)]
    assert capsys.readouterr().err == (
        f"lifespan-check: watching {tmp_path}; Ctrl-C ends this\nlifespan-check: error: no TOML\n"
    )


def test_a_later_check_quotes_the_lines_as_they_are_now(tmp_path):
    file, quoted = tmp_path / "m.py", []

    def quote_and_edit(number: int) -> None:
        if number > 1:
            quoted.append(source(str(file), 1))
        file.write_text(f"number = {10**number}\n")
        if number == 1:
            quoted.append(source(str(file), 1))

    Played([diagnosed(PASSED)] * 2 + [KeyboardInterrupt()], quote_and_edit).run(tmp_path)
    assert quoted == ["number = 10", "number = 10", "number = 100"]


def test_an_interrupted_check_is_the_last_one(tmp_path):
    played = Played(
        [diagnosed(one) for one in (PASSED, replace(PASSED, interrupted=True, exit_code=130))],
        lambda _: (tmp_path / "a.py").touch(),
    )
    assert played.run(tmp_path, quiet=True) == 130
    assert len(played.turns) == 2


def test_a_file_elsewhere_is_seen_also_when_another_takes_its_place(tmp_path):
    (tmp_path / "src").mkdir()
    file = tmp_path / "one.env"

    def replace_it(number: int) -> None:
        (tmp_path / "new").write_text("#" * number)
        (tmp_path / "new").replace(file)

    played = Played([diagnosed(PASSED)] * 3 + [KeyboardInterrupt()], replace_it)
    assert played.run(tmp_path, app_dir=tmp_path / "src", env_file=file) == 0
    assert [turn.changed for turn in played.turns if turn] == [(file,), (file,)]


APP = """
import asyncio


async def connect():
    await asyncio.sleep(1.5)


async def app(scope, receive, send):
    await receive()
    await connect()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""


@pytest.fixture
def watching(start, tmp_path):
    """Starts the command beside an application, which is to be edited."""

    def watching(*words: str):
        (tmp_path / "main.py").write_text(APP)
        (tmp_path / "files").mkdir()
        started = start("--watch", "main:app", *words, cwd=tmp_path)
        ends.append(threading.Timer(LONGEST_S, started.process.kill))
        ends[0].start()
        return started, tmp_path / "main.py"

    ends: list[threading.Timer] = []
    yield watching
    ends[0].cancel()


def read_until(stream, text: str) -> str:
    """The lines up to the one that begins with this text; a command that never writes it is ended after a while."""
    shown = ""
    for line in stream:
        shown += line
        if line.startswith(text):
            return shown
    raise AssertionError(shown)


def test_an_edit_is_checked_and_compared_and_ctrl_c_ends_with_the_last_exit_code(watching):
    started, file = watching("--select", "LS1")
    out = started.process.stdout
    assert "startup" in read_until(out, "PASSED ")
    assert "; Ctrl-C ends this\n" in read_until(started.process.stderr, "lifespan-check: watching ")

    file.write_text(APP.replace("sleep(1.5)", "sleep(0.1)"))
    shown = read_until(out, "PASSED main:app")
    assert "check 2: main.py changed\n" in shown
    assert re.search(r"^  startup +[\d.]+ s → [\d.]+ m?s +-[\d.]+ m?s$", shown, re.MULTILINE)
    assert re.search(r"^ +-[\d.]+ m?s  main.py:6  await asyncio.sleep\(0.1\)$", shown, re.MULTILINE)

    file.write_text(APP.replace("await connect()", "raise OSError('no database')", 1))
    assert "error[LS102] " in read_until(out, "FAILED main:app")

    started.signal(signal.SIGINT)
    outcome = started.end()
    assert outcome.exit_code == 1
    assert outcome.stderr == ""
    assert outcome.survivors == ()


def test_what_changes_during_a_check_is_seen_after_it_and_files_are_written_each_time(watching):
    started, file = watching("--report", "json=files/report.json", "--quiet")
    report = file.parent / "files" / "report.json"
    file.write_text(APP.replace("sleep(1.5)", "sleep(0.01)"))
    read_until(started.process.stdout, "PASSED main:app")
    file.write_text(APP.replace("sleep(1.5)", "sleep(0.02)"))
    shown = read_until(started.process.stdout, "PASSED main:app")
    assert "main.py changed" in shown
    first = report.stat().st_mtime_ns
    file.write_text(APP.replace("sleep(1.5)", "sleep(0.03)"))
    read_until(started.process.stdout, "PASSED main:app")
    give_up_s = time.monotonic() + 60
    while report.stat().st_mtime_ns == first and time.monotonic() < give_up_s:
        time.sleep(0.02)
    assert report.stat().st_mtime_ns > first
    started.signal(signal.SIGINT)
    outcome = started.end()
    assert (outcome.exit_code, outcome.stderr) == (0, "")


def test_a_configuration_that_is_broken_meanwhile_is_told_and_its_mending_waited_for(watching):
    started, file = watching("--select", "LS201")
    read_until(started.process.stdout, "PASSED main:app")
    configuration = file.with_name("pyproject.toml")
    configuration.write_text("[tool.lifespan-check\n")
    assert "pyproject.toml is no valid TOML" in read_until(started.process.stderr, "lifespan-check: error: ")
    configuration.write_text("[tool.lifespan-check]\nmax-startup = '1s'\n")
    shown = read_until(started.process.stdout, "FAILED main:app")
    assert "check 2: pyproject.toml changed\n" in shown
    assert "error[LS201] " in shown


def test_ctrl_c_during_a_check_is_130(watching):
    started, _ = watching()
    while not started.children():
        time.sleep(0.02)
    started.signal(signal.SIGINT)
    assert started.end().exit_code == 130
