"""What belongs to a finding: the failure behind it, the calls that led to its place, the exceptions that caused it."""

import re
from collections.abc import Iterator

from msgspec import Struct

from lifespan_cli.model import Call, Failure, Finding, Target
from lifespan_cli.output.locations import in_library, line_of

MOST_CALLERS = 2
"""Callers that are named with a place; `--verbose` shows all."""
MOST_CAUSES = 3
_LONGEST = 300
_FRAME = re.compile(r'File "(?P<path>[^"\n]*)", line (?P<line>\d+)(?:, in (?P<function>.*))?$')
_LINE = re.compile(r"(?P<lead>[ |+]*)(?P<text>.*)")
_BEGIN = re.compile(r"(?:Exception Group )?Traceback \(most recent call last\):$")


class _Raised(Struct, frozen=True):
    """One exception of a traceback, with its calls, outermost first."""

    text: str
    calls: tuple[Call, ...]


class Cause(Struct, frozen=True):
    """What is known of why there is a finding."""

    place: str = ""
    """`shop/main.py:16`; empty where it has none."""
    function: str = ""
    """The function that the place is in; empty where it is not known."""
    callers: tuple[str, ...] = ()
    """Those who called it, innermost first: `lifespan (shop/main.py:20)`."""
    failure: Failure | None = None
    """The failure that it is about."""
    exception: str = ""
    """The exception on one line; empty where there is none."""
    causes: tuple[str, ...] = ()
    """The exceptions that led to it, the last one first; of a group its members: `OSError: …, at shop/db.py:3`."""
    marked: str = ""
    """What to say of the line itself: that it waited there when the time ran out."""


def cause_of(finding: Finding, target: Target, root: str) -> Cause:
    """The cause of a finding, as far as it is known."""
    failure = next(_belonging(finding, target), None)
    place = line_of(finding.path, finding.line or 0, root) if finding.path else ""
    if failure is None:
        return Cause(place)
    calls = _own_calls(failure, finding.path)
    inner = next(
        (index for index, call in enumerate(calls) if (call.path, call.line) == (finding.path, finding.line)), 0
    )
    callers = calls[inner + 1 : inner + 1 + MOST_CALLERS]
    return Cause(
        place=place,
        function=calls[inner].function if calls else "",
        callers=tuple(f"{call.function} ({line_of(call.path, call.line, root)})" for call in callers),
        failure=failure,
        exception=_headline(failure) if failure.kind == "exception" else "",
        causes=tuple(_causes(failure, root))[:MOST_CAUSES],
        marked=_marked(failure),
    )


def _belonging(finding: Finding, target: Target) -> Iterator[Failure]:
    """The failures, of any run, in the finding's phase and at its place."""
    for run in target.runs:
        for failure in run.failures:
            if (failure.phase, failure.path, failure.line) == (finding.phase, finding.path, finding.line):
                yield failure


def _own_calls(failure: Failure, path: str | None) -> list[Call]:
    """The calls in the application's own code that led to the failure, innermost first."""
    raised = list(_raised(failure.traceback))
    by_place = (
        one for one in reversed(raised) if any((call.path, call.line) == (path, failure.line) for call in one.calls)
    )
    calls = (
        failure.stacks[0].calls if failure.stacks else next(by_place, raised[-1] if raised else _Raised("", ())).calls
    )
    return [call for call in reversed(calls) if call.path == path or not in_library(call.path)]


def _marked(failure: Failure) -> str:
    if failure.kind == "timeout":
        waits = bool(failure.stacks) and failure.stacks[0].kind == "task"
        return f"{'waiting' if waits else 'running'} here when the time ran out"
    return ""


def _headline(failure: Failure) -> str:
    text = " ".join(failure.message.split())
    name = failure.type.removeprefix("builtins.")
    return f"{name}: {text}"[:_LONGEST] if text else name


def _causes(failure: Failure, root: str) -> Iterator[str]:
    """The exceptions before the last one of a traceback, the last one first; of a group its members."""
    seen = {_headline(failure)}
    for one in reversed(list(_raised(failure.traceback))):
        if one.text and one.text not in seen:
            seen.add(one.text)
            own = [call for call in one.calls if not in_library(call.path)]
            yield one.text + (f", at {line_of(own[-1].path, own[-1].line, root)}" if own else "")


def _raised(traceback: str) -> Iterator[_Raised]:
    """The exceptions of a traceback in its order: causes before what they caused, a group before its members."""
    depth = -1
    calls: list[Call] = []
    for line in traceback.split("\n"):
        found = _LINE.match(line)
        lead, text = (len(found["lead"]), found["text"]) if found else (0, "")
        if _BEGIN.match(text):
            depth, calls = lead, []
        elif depth >= 0 and (frame := _FRAME.match(text)):
            calls.append(Call(frame["function"] or "", frame["path"], int(frame["line"])))
        elif depth >= 0 and calls and lead == depth and text:
            yield _Raised(" ".join(text.split())[:_LONGEST], tuple(calls))
            depth = -1
