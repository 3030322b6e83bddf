"""What belongs to a finding: the failure behind it, the calls that led to its place, the exceptions that caused it."""

import re
from collections.abc import Iterator

from msgspec import Struct

from lifespan_cli.model import Call, Failure, Finding, Target
from lifespan_cli.output.locations import in_library, line_of

MOST_CALLERS = 2
"""Callers that are named with a place; `--verbose` shows all."""
MOST_RELATED = 3
_LONGEST = 300
_FRAME = re.compile(r'File "(?P<path>[^"\n]*)", line (?P<line>\d+)(?:, in (?P<function>.*))?$')
_LINE = re.compile(r"(?P<lead>[ |+]*)(?P<text>.*)")
_MEMBER = re.compile(r"[ |]*\+-[+-]* \d+ (?:-+|of \d+)$")
"""What stands before a member of an exception group, as Python and as the probe write it."""
_BEGIN = re.compile(r"(?:Exception Group )?Traceback \(most recent call last\):$")


class _Raised(Struct, frozen=True):
    """One exception of a traceback, with its calls, outermost first."""

    text: str
    calls: tuple[Call, ...]
    member: int
    """Which member of an exception group it belongs to, counted in all; 0 for none."""

    def passes(self, path: str | None, line: int | None) -> bool:
        """Whether its calls lead through that line."""
        return any((call.path, call.line) == (path, line) for call in self.calls)


class Related(Struct, frozen=True):
    """Something else that explains a finding."""

    label: str
    """caused by, also failed, also waiting."""
    text: str
    """`OSError: no route, at shop/db.py:3`."""


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
    related: tuple[Related, ...] = ()
    """The exceptions that led to it, the last one first; other members of its group; other tasks and threads."""
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
        exception=_exception(failure) if failure.kind == "exception" else "",
        related=(*_causes(failure, root), *_others(failure, root))[:MOST_RELATED],
        marked=_marked(failure),
    )


def _belonging(finding: Finding, target: Target) -> Iterator[Failure]:
    """The failures, of any run, in the finding's phase and at its place."""
    for run in target.runs:
        for failure in run.failures:
            if (failure.phase, failure.path, failure.line) == (finding.phase, finding.path, finding.line):
                yield failure


def _own_calls(failure: Failure, path: str | None) -> list[Call]:
    """The calls in the application's own code that led to the failure, innermost first, a re-raise left out."""
    main = _main(failure)
    calls = failure.stacks[0].calls if failure.stacks else main.calls if main else ()
    own = [call for call in reversed(calls) if call.path == path or not in_library(call.path)]
    return [call for inner, call in zip([None, *own], own, strict=False) if not _is_reraise(inner, call)]


def _is_reraise(inner: Call | None, call: Call) -> bool:
    """A function that raises an exception once more is in its traceback with both lines."""
    return inner is not None and (inner.function, inner.path) == (call.function, call.path) and inner.line < call.line


def _main(failure: Failure) -> _Raised | None:
    """The exception that the failure is about: of a group the member that was raised at its place."""
    raised = list(_raised(failure.traceback))
    here = [one for one in raised if one.passes(failure.path, failure.line)]
    return [*raised[-1:], *here][-1] if raised else None


def _marked(failure: Failure) -> str:
    if failure.kind == "timeout":
        waits = bool(failure.stacks) and failure.stacks[0].kind == "task"
        return f"{'waiting' if waits else 'running'} here when the time ran out"
    return ""


def _headline(failure: Failure) -> str:
    text = " ".join(failure.message.split())
    name = failure.type.removeprefix("builtins.")
    return f"{name}: {text}"[:_LONGEST] if text else name


def _exception(failure: Failure) -> str:
    """The exception on one line; of a group its member, which says what happened."""
    main = _main(failure) if failure.type.endswith("Group") else None
    return main.text if main is not None else _headline(failure)


def _causes(failure: Failure, root: str) -> Iterator[Related]:
    """The exceptions before the failure's own, the last one first; of a group the others, each by what it ended in."""
    main = _main(failure)
    seen = {_headline(failure), main.text if main else ""}
    others: set[int] = set()
    for one in reversed(list(_raised(failure.traceback))):
        if main is None or one.text in seen or _is_group(one.text):
            continue
        if one.member not in {0, main.member}:
            if one.member in others:
                continue
            others.add(one.member)
        seen.add(one.text)
        own = [call for call in one.calls if not in_library(call.path)]
        where = f", at {line_of(own[-1].path, own[-1].line, root)}" if own else ""
        yield Related("also failed" if one.member in others else "caused by", f"{one.text}{where}")


def _is_group(text: str) -> bool:
    return text.partition(":")[0].endswith("ExceptionGroup")


def _others(failure: Failure, root: str) -> Iterator[Related]:
    """Where tasks and threads were besides the first stack when the time ran out, as far as they were in own code."""
    for stack in failure.stacks[1:]:
        own = [call for call in reversed(stack.calls) if not in_library(call.path)]
        if own:
            at = f"{own[0].function} ({line_of(own[0].path, own[0].line, root)})"
            yield Related(f"{stack.kind} {stack.name}", f"in {at}")


def _raised(traceback: str) -> Iterator[_Raised]:
    """The exceptions of a traceback in its order: causes before what they caused, a group before its members."""
    depth, member = -1, 0
    calls: list[Call] = []
    for line in traceback.split("\n"):
        found = _LINE.match(line)
        lead, text = (len(found["lead"]), found["text"]) if found else (0, "")
        if _MEMBER.match(line):
            member += 1
        elif _BEGIN.match(text):
            depth, calls = lead, []
        elif depth >= 0 and (frame := _FRAME.match(text)):
            calls.append(Call(frame["function"] or "", frame["path"], int(frame["line"])))
        elif depth >= 0 and calls and lead == depth and text:
            yield _Raised(" ".join(text.split())[:_LONGEST], tuple(calls), member)
            depth = -1
