"""The findings with what belongs to each: its exception, where it hung; and the application's last words."""

from collections.abc import Iterator

from lifespan_cli.model import SEVERITIES, Call, Failure, Finding, Stack, Target
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.folding import fold
from lifespan_cli.output.html.markup import NOTHING, Html, element, joined, lines, prose, text
from lifespan_cli.output.html.words import place
from lifespan_cli.output.whereabouts import callers, looks_foreign
from lifespan_cli.output.whereabouts import place as whereabouts

_STACKS = 20
_WORDS = 200
"""Lines of output."""
_ARROW = "\N{LEFTWARDS ARROW}"


def findings(target: Target, style: Style) -> Html:
    """A card for each finding, the gravest first; an exception is with the first finding that it belongs to."""
    shown: set[int] = set()
    cards = []
    for finding in sorted(target.findings, key=lambda finding: SEVERITIES.index(finding.severity)):
        failure = next((one for one in _belonging(finding, target) if id(one) not in shown), None)
        if failure is not None:
            shown.add(id(failure))
        cards.append(_card(finding, failure, style))
    return joined(cards)


def _belonging(finding: Finding, target: Target) -> Iterator[Failure]:
    """The failures, of any run, in the finding's phase and at its place."""
    for run in target.runs:
        for failure in run.failures:
            if (failure.phase, failure.path, failure.line) == (finding.phase, finding.path, finding.line):
                yield failure


def _card(finding: Finding, failure: Failure | None, style: Style) -> Html:
    where = place(finding.path, finding.line, style)
    head = element(
        "h4",
        element("span", text(finding.severity), class_="severity"),
        element("span", text(f"{finding.code} {finding.slug}"), class_="code"),
        element("code", text(where)) if where else NOTHING,
    )
    parts = [head, element("p", prose(finding.message))]
    if finding.hint:
        parts.append(element("p", element("strong", text("What helps ")), prose(finding.hint), class_="hint"))
    if failure is not None:
        parts += [_traceback(failure), _hang(failure, style)]
    return element("article", *parts, class_=f"finding {finding.severity}")


def _traceback(failure: Failure) -> Html:
    if not failure.traceback.strip():
        return NOTHING
    folded = "\n".join(fold(failure.traceback, mine=failure.path))
    parts = [element("pre", lines(folded), tabindex="0")]
    if folded != failure.traceback.rstrip("\n"):
        summary = element("summary", text("the whole traceback"))
        parts.append(element("details", summary, element("pre", lines(failure.traceback), tabindex="0")))
    return joined(parts)


def _hang(failure: Failure, style: Style) -> Html:
    """Where everything was when the time was up."""
    if not failure.stacks:
        return NOTHING

    def foreign(call: Call) -> bool:
        return call.path != failure.path and looks_foreign(call)

    def told(stack: Stack) -> Html:
        first = f"{stack.kind} {stack.name} in {whereabouts(stack.calls, foreign, style.root, _ARROW)}"
        outer = callers(stack.calls, foreign, style.root) if stack.kind == "task" else []
        return joined([text(first), *(text(f"    {_ARROW} {line}") for line in outer)], Html("\n"))

    stacks = [told(stack) for stack in failure.stacks[:_STACKS]]
    more = len(failure.stacks) - len(stacks)
    if more:
        stacks.append(text(f"{more} more"))
    return joined([element("p", text("Where it hung:")), element("pre", joined(stacks, Html("\n")), tabindex="0")])


def last_words(judged: DiagnosedTarget) -> Html:
    """What the application wrote last in the run that is shown."""
    output = judged.run.output[-_WORDS:]
    if not output:
        return NOTHING
    count = f"the last {len(output)} lines" if len(output) > 1 else "the last line"
    summary = element("summary", text(f"{count} that the application wrote"))
    return element("details", summary, element("pre", lines("\n".join(output)), tabindex="0"))
