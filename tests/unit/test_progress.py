"""The live line: its words by value with a clock of our own, and what it leaves on a terminal."""

import io
import re
import threading

import pytest
from reports import ROOT, SITE, STDLIB

from lifespan_cli.model.events import Begin, Bye, End, Exited, Hello, Interrupted, Spawned, Stacks, TimedOut
from lifespan_cli.output.progress import Live, State, advance, describe

S = 1_000_000_000
HELLO = Hello(0, "3.11.7", "cpython", "python", "linux", (f"{SITE}/", f"{STDLIB}/"), (f"{ROOT}/probe/",))
MAIN = ("thread", "MainThread", (("run", f"{STDLIB}/asyncio/runners.py", 190), ("load", f"{ROOT}/settings.py", 5)))
TASK = (
    "task",
    "lifespan",
    (
        ("lifespan", f"{ROOT}/main.py", 8),
        ("query", f"{ROOT}/db.py", 41),
        ("connect", f"{SITE}/asyncpg/connection.py", 2421),
        ("drive", f"{ROOT}/probe/driving.py", 3),
    ),
)
WAITING = Stacks(4 * S, (TASK, MAIN), waiting=True)
BUSY = Stacks(4 * S, (TASK, MAIN), waiting=False)
STARTUP = (Spawned(0), HELLO, Begin("startup", S, 0, None))


def line(*events, now: float = 4.2, **state) -> str:
    made = State("shop:app", ROOT, **state)
    for event in events:
        made = advance(made, event)
    return describe(made, int(now * S))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), "shop:app"),
        ((Spawned(S),), "shop:app  boot 3.2 s"),
        (STARTUP, "shop:app  startup 3.2 s"),
        ((*STARTUP, WAITING), "shop:app  startup 3.2 s  waiting in connect ← db.py:41"),
        ((*STARTUP, BUSY), "shop:app  startup 3.2 s  running in load, settings.py:5"),
        ((*STARTUP, WAITING, Stacks(5 * S, ())), "shop:app  startup 3.2 s"),
        ((*STARTUP, WAITING, End("startup", "ok", 4 * S, 0, None)), "shop:app"),
        ((*STARTUP, WAITING, Begin("hold", 4 * S, 0, None)), "shop:app  hold 0.2 s"),
        ((*STARTUP, End("shutdown", "ok", 4 * S, 0, None), Bye(4 * S, 0, None)), "shop:app  exit 0.2 s"),
        ((*STARTUP, TimedOut("startup", 4 * S, 3 * S)), "shop:app  startup timed out, stopping 3.2 s"),
        ((*STARTUP, Interrupted(4 * S)), "shop:app  interrupted, stopping 3.2 s"),
        ((*STARTUP, Exited(4 * S, 0, None, False, 0)), "shop:app"),
    ],
)
def test_the_line_tells_the_phase_and_where_the_application_is(events, expected):
    assert line(*events) == expected


def test_an_old_location_is_shown_as_the_last_seen():
    assert line(*STARTUP, WAITING, now=7.0).endswith("6.0 s  waiting in connect ← db.py:41")
    assert line(*STARTUP, WAITING, now=7.1).endswith("6.1 s  last seen waiting in connect ← db.py:41")


def test_a_long_phase_is_shown_in_minutes():
    assert line(*STARTUP, now=126) == "shop:app  startup 2 min 05 s"


def test_without_unicode_the_line_is_ascii():
    assert line(*STARTUP, WAITING, unicode=False).endswith("connect <- db.py:41")


def test_the_line_is_inert():
    evil = Stacks(4 * S, (("task", "x", (("\x1b[31m\u202e", f"{ROOT}/a\n.py", 1),)),), waiting=True)
    assert line(*STARTUP, evil).endswith("waiting in \\x1b[31m\\u202e, a\\n.py:1")


class Terminal(io.StringIO):
    """Keeps what is written, and tells when a line was."""

    encoding = "utf-8"

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def flush(self) -> None:
        if "startup" in self.getvalue():
            self.written.set()


def screen(written: str) -> str:
    """What a terminal of one line shows after these words."""
    shown: list[str] = []
    column = 0
    for character in re.sub(r"\x1b\[[0-9;]*m", "", written):
        if character == "\r":
            column = 0
        else:
            shown[column : column + 1] = [character]
            column += 1
    return "".join(shown)


def watched(color: bool) -> Terminal:
    terminal = Terminal()
    with Live(terminal, "shop:app", color, clock=lambda: 4 * S, root=ROOT) as live:
        for event in (*STARTUP, WAITING):
            live.see(event)
        assert terminal.written.wait(5)
    return terminal


def test_the_line_is_shown_and_nothing_is_left_behind():
    written = watched(color=False).getvalue()
    assert "\rshop:app  startup 3.0 s  waiting in connect ← db.py:41" in written
    assert "\x1b" not in written
    assert screen(written).strip() == ""
    assert written.endswith("\r")


def test_colour_is_dimness_only():
    assert set(re.findall(r"\x1b[^m]*m", watched(color=True).getvalue())) == {"\x1b[2m", "\x1b[0m"}


def test_a_narrow_terminal_gets_one_line(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("LINES", "20")
    written = watched(color=False).getvalue()
    assert max(len(piece) for piece in written.split("\r")) == 19


def test_nothing_is_written_about_a_run_that_is_over_at_once():
    terminal = Terminal()
    with Live(terminal, "shop:app", color=False):
        pass
    assert terminal.getvalue() == ""


def test_a_terminal_that_is_gone_does_not_matter():
    terminal = Terminal()
    terminal.close()
    with Live(terminal, "shop:app", color=False) as live:
        live.see(STARTUP[0])
        live._thread.join(5)
        assert not live._thread.is_alive()
