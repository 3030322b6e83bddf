"""What belongs to a finding: the failure behind it, the calls that led to its place, the exceptions that caused it."""

import re
from collections.abc import Iterator

from msgspec import Struct

from lifespan_cli.model import Call, Failure, Finding, Target
from lifespan_cli.output.whereabouts import in_library, line_of

MOST_CALLERS = 2
"""Callers that are named beside a place; the rest is in the whole report."""
MOST_CAUSES = 5
_LONGEST = 300
_FRAME = re.compile(r'^[ |+]*File "(?P<path>[^"\n]*)", line (?P<line>\d+)(?:, in (?P<function>.*))?$', re.MULTILINE)
_BETWEEN = re.compile(
    r"\n+[ |]*(?:The above exception was the direct cause of the following exception"
    r"|During handling of the above exception, another exception occurred):\n+"
)
_EXCEPTION = re.compile(r"^[ |]*(?P<type>[A-Za-z_][\w.]*)(?:: (?P<text>.*))?$")
_INDENT = re.compile(r"^[ |+-]*")


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
    if failure.stacks:
        calls = list(failure.stacks[0].calls)
    else:
        last = _BETWEEN.split(failure.traceback)[-1]
        found = _FRAME.finditer(last)
        calls = [Call(frame["function"] or "", frame["path"], int(frame["line"])) for frame in found]
    own = [call for call in calls if call.path == path or not in_library(call.path)]
    return list(reversed(own))


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
    """The exceptions before the last one of a traceback, and the members of a group."""
    parts = _BETWEEN.split(failure.traceback)
    seen = {_headline(failure)}
    for part in [*reversed(parts[:-1]), *(_members(parts[-1]))]:
        said = _last_exception(part)
        if said and said not in seen:
            seen.add(said)
            frames = [frame for frame in _FRAME.finditer(part) if not in_library(frame["path"])]
            where = f", at {line_of(frames[-1]['path'], int(frames[-1]['line']), root)}" if frames else ""
            yield f"{said}{where}"


def _members(traceback: str) -> list[str]:
    """The parts of a group's traceback that are its members'."""
    pieces = re.split(r"^[ |]*\+-+[ \d.]*-+\n", traceback, flags=re.MULTILINE)
    return pieces[1:]


def _last_exception(part: str) -> str:
    """The line that names the exception: the last one that is no deeper than its `Traceback`."""
    lines = [line for line in part.rstrip("\n").split("\n") if line.strip(" |+-")]
    frames = [index for index, line in enumerate(lines) if _FRAME.match(line)]
    depth = min((len(_INDENT.match(lines[index])[0]) for index in frames), default=2)  # type: ignore[index]
    for line in lines[frames[-1] + 1 if frames else 0 :]:
        indent = _INDENT.match(line)
        found = _EXCEPTION.match(line)
        if found and indent and len(indent[0]) < depth:
            text = found["text"] or ""
            return (f"{found['type']}: {text}" if text else found["type"])[:_LONGEST]
    return ""
