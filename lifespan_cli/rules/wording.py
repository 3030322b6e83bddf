"""How findings speak of exceptions and places. The application's texts are bounded, never interpreted."""

import re
import signal
from pathlib import PurePath

from lifespan_cli.model import LAST_SEEN, Call, Exit, Failure

LONGEST = 300
_LAST_CALL = re.compile(r'^\s*(?:\| *)?File "(?P<path>[^"]+)", line (?P<line>\d+)', re.MULTILINE)
_TRACEBACK = re.compile(r"\s*(?:\+ Exception Group )?Traceback \(most recent call last\):")


def bounded(text: str, longest: int = LONGEST) -> str:
    """`text`, cut after so many characters."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def is_traceback(text: str) -> bool:
    """The text is a formatted traceback, as Starlette puts it into `lifespan.startup.failed`."""
    return _TRACEBACK.match(text) is not None


def headline(text: str) -> str:
    """The one line that says most: the first, or the exception of a formatted traceback; empty when there is none."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    if is_traceback(text):
        last = max(index for index, line in enumerate(lines) if _TRACEBACK.match(line))
        # The frames are indented, the exception is not; in an exception group everything is.
        unindented = (line for line in lines[last + 1 :] if not line[0].isspace())
        innermost = next((line for line in reversed(lines) if line.strip(" |+-")), "")
        return bounded(next(unindented, innermost.strip(" |+-")).strip())
    return bounded(lines[0].strip())


def quoted(text: str) -> str:
    """The headline of a text of the application, in quotation marks."""
    return f'"{headline(text)}"'


def beyond_headline(text: str) -> str:
    """Everything of a longer text, on one line; empty when its headline says it all."""
    flat = " ".join(text.split())
    return "" if flat == headline(text) else bounded(flat, 1000)


_FIXES = {
    "ConnectionRefusedError": "Nothing listens there: start what it connects to first, or have startup try again.",
    "TimeoutError": "What it waits for did not answer in time: see whether it can be reached from here.",
    "gaierror": "The host is not known here: see where its name comes from, and whether it can be reached from here.",
}
"""What to do about what startups fail with most."""


def _fix_of(failure: Failure) -> str:
    where = raised_at(failure)
    return f"Fix the exception raised at {where}." if where else ""


def reason_given(reason: str | None, failure: Failure | None) -> tuple[str, str]:
    """What an outcome that failed says, as one line, and the hint that goes with it.

    An exception that the application raised besides says it better than no reason, or than a traceback for a reason.
    """
    given = reason if reason and reason.strip() else ""
    hint = "Fix the reason that the application gives."
    if failure and (not given or is_traceback(given)):
        return told(failure), _FIXES.get(failure.type.rpartition(".")[2], _fix_of(failure))
    if not given:
        return "no reason given", "Have it send the reason along, as `message`, which shows what to fix."
    rest = beyond_headline(given)
    return quoted(given), f"{hint} It says in full: {rest}" if rest else hint


def is_exit_told_already(message: str | None, ending: Failure | None) -> bool:
    """An outcome that failed gives as its reason the SystemExit that then ended the process: a framework's doing."""
    if message is None or ending is None or ending.type != "SystemExit":
        return False
    return is_traceback(message) and headline(message).partition(":")[0] == "SystemExit"


def place(path: str, line: int | None) -> str:
    """The file's name with the line; the finding itself holds the whole path."""
    name = PurePath(path).name
    return f"{name}:{line}" if line is not None else name


def raised_at(failure: Failure) -> str:
    """Where the exception came from: the user's line, else the last one of its traceback; empty when unknown."""
    if failure.path is not None:
        return place(failure.path, failure.line)
    calls = _LAST_CALL.findall(failure.traceback)
    return place(calls[-1][0], int(calls[-1][1])) if calls else ""


def told(failure: Failure) -> str:
    """The exception on one line: its type, and what it says or else the place that raised it."""
    if text := headline(failure.message):
        return f"{failure.type}: {text}"
    where = raised_at(failure)
    return f"{failure.type} without a message" + (f", raised at {where}" if where else "")


def lasting(ns: int) -> str:
    """A time in three digits: `850 ms`, `1.23 s`, `75.0 s`."""
    if ns < 999_500_000:
        return f"{ns / 1e6:.3g} ms"
    return f"{ns / 1e9:.2f} s" if ns < 9_995_000_000 else f"{ns / 1e9:.1f} s"


def code(text: str) -> str:
    """A line of source, marked as such."""
    return f"`{bounded(text.strip().rstrip(':'), 80)}`"


def whereabouts(failure: Failure) -> str:
    """Where the application was when its time ran out: `waiting in connect ← db.py:41`; empty when unknown.

    Of the calls below the user's line the first is told, which is the one that the user wrote there.
    """
    user = place(failure.path, failure.line) if failure.path is not None else ""
    calls, verb = _leading_calls(failure)
    if not calls:
        return f"at {user}" if user else ""
    own = max((index for index, call in enumerate(calls) if _is_at(call, failure)), default=len(calls) - 1)
    if own + 1 < len(calls):
        return f"{verb} {calls[own + 1].function} ← {user}"
    return f"{verb} {calls[own].function} ({place(calls[own].path, calls[own].line)})"


def _leading_calls(failure: Failure) -> tuple[list[Call], str]:
    """The stack that the failure's own line is on, else the first; and what it does there. Only calls with a file.

    A line that is on a thread's stack is being executed, even if a task's stack ends there too.
    """
    stacks = [(stack.kind, [call for call in stack.calls if not call.path.startswith("<")]) for stack in failure.stacks]
    through = [(kind, calls) for kind, calls in stacks if any(_is_at(call, failure) for call in calls)]
    through.sort(key=lambda stack: stack[0] == "task")
    kind, calls = next(iter(through or stacks), ("thread", []))
    return calls, "waiting in" if kind == "task" else "executing"


def keeps_the_loop_busy(failure: Failure) -> bool:
    """When the time ran out, the loop's thread was executing something: its stack then is the first of the failure."""
    return bool(failure.stacks) and failure.stacks[0].kind == "thread" and failure.stacks[0].name == "MainThread"


def _is_at(call: Call, failure: Failure) -> bool:
    return (call.path, call.line) == (failure.path, failure.line)


def gave_up(failure: Failure) -> str:
    """How a sentence about a phase that ran out of time ends: `: no end after 30 s, waiting in connect ← db.py:41`."""
    known = [text for text in (headline(failure.message), whereabouts(failure)) if text]
    return f": {', '.join(known)}" if known else ""


def end_of_process(failure: Failure, end: Exit) -> str:
    """What ended the process: `SystemExit: 1`, `killed by SIGSEGV`, `exit code 0 without an exception …`."""
    if failure.kind == "signal":
        return f"killed by {signal_name(end.signal) if end.signal else failure.type}{last_seen(failure)}"
    if failure.kind == "lost":
        return f"its event loop was ended by {told(failure)}"
    if failure.traceback or failure.type in ("SystemExit", "KeyboardInterrupt"):
        return told(failure)
    code = "an exit" if end.code is None else f"exit code {end.code}"
    return f"{code} without an exception, as os._exit does{last_seen(failure)}"


def last_seen(failure: Failure) -> str:
    """How a sentence ends about a process that went without a word; empty where it is not known where it was."""
    stack = next((stack for stack in failure.stacks if stack.name == LAST_SEEN), None)
    if stack is None:
        return ""
    call = next((call for call in reversed(stack.calls) if _is_at(call, failure)), stack.calls[-1])
    return f"; last seen in {bounded(call.function, 100)} ({place(call.path, call.line)})"


def signal_name(number: int) -> str:
    """The signal's name, or its number where the system of the reader has none for it."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
