"""One line on a terminal while a target runs: the phase, the seconds so far, and where the application is right now.

Of rich only what measures text is used: the rest would be imported while the application is being timed.
"""

import threading
import time
from collections.abc import Callable
from shutil import get_terminal_size
from types import TracebackType
from typing import Self, TextIO

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len, set_cell_size

from lifespan_cli.model import Call
from lifespan_cli.model.events import Begin, End, Event, Exited, Hello, Interrupted, Spawned, Stacks, TimedOut
from lifespan_cli.output.escape import inert
from lifespan_cli.output.locations import below, place
from lifespan_cli.output.units import duration

_REFRESH_SECONDS = 0.1
_STALE_NS = 3_000_000_000
"""A location older than this is shown as the last one seen: a call that never lets go answers no questions."""


class State(Struct, frozen=True):
    """What the line says. Times are readings of the monotonic clock."""

    label: str
    root: str = ""
    """A folder; paths below it are shown relative to it."""
    unicode: bool = True
    phase: str | None = None
    since_ns: int = 0
    where: str | None = None
    where_ns: int = 0
    foreign: tuple[str, ...] = ()
    """Folders whose code is not the user's."""


def advance(state: State, event: Event) -> State:
    """The state after an event."""
    match event:
        case Spawned(at_ns=at_ns):
            return replace(state, phase="boot", since_ns=at_ns, where=None)
        case Hello(library=library, ours=ours):
            return replace(state, foreign=(*library, *ours))
        case Begin(phase=phase, at_ns=at_ns):
            return replace(state, phase=phase, since_ns=at_ns, where=None)
        case End(phase="shutdown", at_ns=at_ns):
            return replace(state, phase="exit", since_ns=at_ns, where=None)
        case TimedOut(phase=phase):
            return replace(state, phase=f"{phase} timed out, stopping", where=None)
        case Interrupted():
            return replace(state, phase="interrupted, stopping", where=None)
        case End() | Exited():
            return replace(state, phase=None, where=None)
        case Stacks(at_ns=at_ns):
            return replace(state, where=_location(state, event), where_ns=at_ns)
        case _:
            return state


def describe(state: State, now_ns: int) -> str:
    """The line at a moment: `myapp:app  startup 3.2 s  waiting in connect ← myapp/db.py:41`. Inert."""
    words = [state.label]
    if state.phase is not None:
        words.append(f"{state.phase} {_seconds(now_ns - state.since_ns)}")
    if state.where is not None:
        stale = now_ns - state.where_ns > _STALE_NS
        words.append(f"last seen {state.where}" if stale else state.where)
    return "  ".join(inert(word, unicode=state.unicode, limit=300) for word in words)


def _seconds(ns: int) -> str:
    """Always one decimal, so that the line does not tremble."""
    return f"{max(ns, 0) / 1e9:.1f} s" if ns < 59_950_000_000 else duration(ns)


def _location(state: State, event: Stacks) -> str | None:
    """What the lifespan task awaits while the loop is idle, else what the main thread executes."""
    stacks = {kind: calls for kind, _, calls in reversed(event.stacks)}  # the first of each kind
    calls = stacks.get("task" if event.waiting else "thread")
    if not calls:
        return None
    verb = "waiting" if event.waiting else "running"
    arrow = "←" if state.unicode else "<-"
    return f"{verb} in {place([Call(*call) for call in calls], below(state.foreign), state.root, arrow)}"


class Live:
    """Shows the line on a terminal for as long as the `with` block runs, and leaves nothing behind.

    `clock` reads nanoseconds of the clock that the events' `at_ns` are of. Whatever else writes to the same terminal
    at the same time is mixed with the line.
    """

    def __init__(
        self,
        console_file: TextIO,
        label: str,
        color: bool,
        clock: Callable[[], int] = time.monotonic_ns,
        root: str = "",
    ) -> None:
        self._file = console_file
        self._color = color
        self._clock = clock
        self._state = State(label, root, unicode=_can_write("←µ", console_file))
        self._shown = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._refresh, name="lifespan-check live line", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._show("")

    def see(self, event: Event) -> None:
        """Take note of an event. Only one thread may call this."""
        self._state = advance(self._state, event)

    def _refresh(self) -> None:
        while not self._over.wait(_REFRESH_SECONDS):
            self._show(describe(self._state, self._clock()))

    def _show(self, line: str) -> None:
        """Write over the line before. Blanks erase, not an escape sequence: a dumb terminal knows no other way."""
        if not line and not self._shown:
            return
        width = get_terminal_size().columns - 1
        if cell_len(line) > width:
            line = set_cell_size(line, width)
        shown = cell_len(line)
        blanks = " " * min(self._shown - shown, width - shown)
        dimmed = f"\x1b[2m{line}\x1b[0m" if self._color and line else line
        self._shown = shown
        try:
            self._file.write(f"\r{dimmed}{blanks}" + ("" if line else "\r"))
            self._file.flush()
        except (OSError, ValueError):  # the terminal is gone, or the file is closed: nobody looks any more
            self._over.set()


def _can_write(text: str, file: TextIO) -> bool:
    try:
        text.encode(file.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True
