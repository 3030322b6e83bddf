"""The findings with what belongs to each: its source, its place in the timeline, its exception, where it hung."""

from collections.abc import Iterator, Sequence
from itertools import dropwhile

from msgspec import Struct

from lifespan_cli.model import SEVERITIES, Failure, Stack
from lifespan_cli.output import Style
from lifespan_cli.output.findings import FindingView
from lifespan_cli.output.html.chart import Chart
from lifespan_cli.output.locations import Foreign, callers, looks_foreign
from lifespan_cli.output.locations import place as whereabouts
from lifespan_cli.output.tracebacks import fold

_STACKS = 20
_ARROW = "\N{LEFTWARDS ARROW}"


class Card(Struct, frozen=True):
    """A finding as it is shown."""

    view: FindingView
    within: str
    """The function that its place is in, and who called that; empty where it is not known."""
    source: tuple[tuple[int, str], ...]
    """Lines of source without their common indentation, the one that it is about the last."""
    bar: str
    """The identifier of the bar that shows it; empty where none does."""
    traceback: str
    """The traceback with the frames of libraries folded; empty where there is none."""
    whole: str
    """The whole of it, where that is more."""
    stacks: str
    """Where everything was when the time was up, a line for each call; empty where that is not known."""


def cards(findings: tuple[FindingView, ...], drawn: Chart | None, style: Style) -> list[Card]:
    """A card for each finding, the gravest first; a failure is with the first finding that it belongs to."""
    shown: set[int] = set()
    made = []
    for one in sorted(findings, key=lambda one: SEVERITIES.index(one.finding.severity)):
        failure = one.cause.failure
        if failure is not None and id(failure) in shown:
            failure = None
        shown.add(id(failure))
        made.append(_card(one, failure, drawn, style))
    return made


def bar_id(drawn: Chart, number: int) -> str:
    """The identifier of a bar that a finding leads to."""
    return f"{drawn.name}-bar-{number}"


def _card(one: FindingView, failure: Failure | None, drawn: Chart | None, style: Style) -> Card:
    number = None if drawn is None else drawn.find(one.finding)
    raised = failure.traceback.rstrip("\n") if failure is not None and failure.traceback.strip() else ""
    folded = "\n".join(fold(raised, mine=failure.path)) if failure is not None and raised else ""
    functions = [one.cause.function, *one.cause.callers] if one.cause.function else []
    return Card(
        view=one,
        within=f" {_ARROW} ".join(functions),
        source=_source(one),
        bar="" if drawn is None or number is None else bar_id(drawn, number),
        traceback=folded,
        whole=raised if raised != folded else "",
        stacks="" if failure is None else _stacks(failure, style),
    )


def _source(one: FindingView) -> tuple[tuple[int, str], ...]:
    lines = [(line.line, line.text.expandtabs(4).rstrip()) for line in one.source]
    expanded = list(dropwhile(lambda line: not line[1], lines))
    common = min((len(text) - len(text.lstrip()) for _, text in expanded if text), default=0)
    return tuple((number, text[common:]) for number, text in expanded)


def stack_lines(stacks: Sequence[Stack], foreign: Foreign, style: Style) -> str:
    """Where everything was at one moment: of a task the calls that led there, too."""

    def lines(stack: Stack) -> Iterator[str]:
        yield f"{stack.kind} {stack.name} in {whereabouts(stack.calls, foreign, style.root, _ARROW)}"
        if stack.kind == "task":
            yield from (f"    {_ARROW} {line}" for line in callers(stack.calls, foreign, style.root))

    shown = [line.replace("\n", "\\n") for stack in stacks[:_STACKS] for line in lines(stack)]
    more = len(stacks) - _STACKS
    return "\n".join([*shown, *([f"{more} more"] if more > 0 else [])])


def _stacks(failure: Failure, style: Style) -> str:
    """Where everything was when the time was up."""
    return stack_lines(failure.stacks, lambda call: call.path != failure.path and looks_foreign(call), style)
