"""The findings with what belongs to each: its place in the timeline, its exception, where it hung."""

from collections.abc import Iterator

from msgspec import Struct

from lifespan_cli.model import SEVERITIES, Call, Failure, Finding, Stack, Target
from lifespan_cli.output import Style
from lifespan_cli.output.folding import fold
from lifespan_cli.output.html.chart import Chart
from lifespan_cli.output.html.words import place
from lifespan_cli.output.whereabouts import callers, looks_foreign
from lifespan_cli.output.whereabouts import place as whereabouts

_STACKS = 20
_ARROW = "\N{LEFTWARDS ARROW}"


class Card(Struct, frozen=True):
    """A finding as it is shown."""

    finding: Finding
    where: str
    bar: str
    """The identifier of the bar that shows it; empty where none does."""
    traceback: str
    """The traceback with the frames of libraries folded; empty where there is none."""
    whole: str
    """The whole of it, where that is more."""
    stacks: str
    """Where everything was when the time was up, a line for each call; empty where that is not known."""


def cards(target: Target, drawn: Chart | None, style: Style) -> list[Card]:
    """A card for each finding, the gravest first; an exception is with the first finding that it belongs to."""
    shown: set[int] = set()
    made = []
    for finding in sorted(target.findings, key=lambda finding: SEVERITIES.index(finding.severity)):
        failure = next((one for one in _belonging(finding, target) if id(one) not in shown), None)
        if failure is not None:
            shown.add(id(failure))
        made.append(_card(finding, failure, drawn, style))
    return made


def bar_id(drawn: Chart, number: int) -> str:
    """The identifier of a bar that a finding leads to."""
    return f"{drawn.name}-bar-{number}"


def _belonging(finding: Finding, target: Target) -> Iterator[Failure]:
    """The failures, of any run, in the finding's phase and at its place."""
    for run in target.runs:
        for failure in run.failures:
            if (failure.phase, failure.path, failure.line) == (finding.phase, finding.path, finding.line):
                yield failure


def _card(finding: Finding, failure: Failure | None, drawn: Chart | None, style: Style) -> Card:
    number = None if drawn is None else drawn.find(finding)
    raised = failure.traceback.rstrip("\n") if failure is not None and failure.traceback.strip() else ""
    folded = "\n".join(fold(raised, mine=failure.path)) if failure is not None and raised else ""
    return Card(
        finding=finding,
        where=place(finding.path, finding.line, style),
        bar="" if drawn is None or number is None else bar_id(drawn, number),
        traceback=folded,
        whole=raised if raised != folded else "",
        stacks="" if failure is None else _stacks(failure, style),
    )


def _stacks(failure: Failure, style: Style) -> str:
    """Where everything was when the time was up."""

    def foreign(call: Call) -> bool:
        return call.path != failure.path and looks_foreign(call)

    def lines(stack: Stack) -> Iterator[str]:
        yield f"{stack.kind} {stack.name} in {whereabouts(stack.calls, foreign, style.root, _ARROW)}"
        if stack.kind == "task":
            yield from (f"    {_ARROW} {line}" for line in callers(stack.calls, foreign, style.root))

    shown = [line.replace("\n", "\\n") for stack in failure.stacks[:_STACKS] for line in lines(stack)]
    more = len(failure.stacks) - _STACKS
    return "\n".join([*shown, *([f"{more} more"] if more > 0 else [])])
