"""The findings with what belongs to each: its exception, where it hung; and the application's last words."""

from collections.abc import Iterator

from rich.text import Text

from lifespan_cli.model import SEVERITIES, WELL, Failure, Finding, Stack, Target
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.locations import Foreign, callers, looks_foreign, place
from lifespan_cli.output.text.page import COLORS, paragraph, place_of, railed, said, said_lines, signs
from lifespan_cli.output.tracebacks import fold

_TRACEBACK_LINES = 30
_OUTPUT_LINES = 50
_STACKS = 10
_INDENT = 2


def findings(target: Target, style: Style) -> list[Text]:
    """The findings, the gravest first; an exception is shown with the first finding that it belongs to."""
    shown: set[int] = set()
    lines: list[Text] = []
    for finding in sorted(target.findings, key=lambda finding: SEVERITIES.index(finding.severity)):
        if lines and not style.quiet:
            lines.append(Text())
        lines += _head(finding, style)
        if not style.quiet:
            failures = [failure for failure in _belonging(finding, target) if id(failure) not in shown]
            for failure in failures[:1]:
                shown.add(id(failure))
                lines += [*_traceback(failure, style), *_hang(failure, style)]
        if finding.hint:
            hint = Text.assemble(("hint: ", "bold"), said(finding.hint, style))
            lines += paragraph(hint, style, _INDENT, hanging=6)
    return lines


def interruption(target: Target, style: Style) -> list[Text]:
    """Where the application was when the check was interrupted: also in the quiet report, which has nothing else."""
    found = next((run.interruption for run in target.runs if run.interruption), None)
    if found is None:
        return []
    during = f" in {found.phase}" if found.phase else ""
    lines = [Text.assemble((f"interrupted{during}", COLORS["warning"]))]
    for stack in found.stacks[: 1 if style.quiet else None if style.verbose else _STACKS]:
        lines += _stack(stack, looks_foreign, style)
    return lines


def last_words(judged: DiagnosedTarget, style: Style) -> list[Text]:
    """What the application wrote last, when a phase did not end well; when verbose, always."""
    run = judged.run
    well = all(phase.status in WELL for phase in run.phases)
    if not run.output or (well and not style.verbose):
        return []
    words = run.output if style.verbose else run.output[-_OUTPUT_LINES:]
    shown = [line for word in words for line in said_lines(word, style)]
    head = "the last line" if len(words) == 1 else f"the last {len(words)} lines"
    return [
        Text(f"{head} that the application wrote", style="bold"),
        *railed(shown, style, color=""),
    ]


def _head(finding: Finding, style: Style) -> list[Text]:
    title = (finding.severity, COLORS[finding.severity]), " ", (finding.code, "bold"), f" {finding.slug}"
    lines = [Text.assemble(*title), *paragraph(Text(said(finding.message, style)), style, _INDENT)]
    if finding.path is not None:
        where = place_of(finding.path, finding.line, style)
        lines.append(Text.assemble(" " * _INDENT, "at ", (where, "cyan")))
    return lines


def _belonging(finding: Finding, target: Target) -> Iterator[Failure]:
    """The failures, of any run, in the finding's phase and at its place."""
    for run in target.runs:
        for failure in run.failures:
            if (failure.phase, failure.path, failure.line) == (finding.phase, finding.path, finding.line):
                yield failure


def _traceback(failure: Failure, style: Style) -> list[Text]:
    if not failure.traceback.strip():
        return []
    if style.verbose:
        return railed(said_lines(failure.traceback, style), style)
    folded = folded_traceback(failure, style)
    cut = len(folded) - _TRACEBACK_LINES
    if cut > 1:
        folded = [f"{signs(style).ellipsis} {cut} lines before, which --verbose shows", *folded[cut:]]
    return railed(said_lines("\n".join(folded), style), style)


def folded_traceback(failure: Failure, style: Style) -> list[str]:
    """The lines of a failure's traceback, frames of libraries folded, paths relative to the style's root."""
    folded = fold(failure.traceback, signs(style).ellipsis, failure.path)
    return [line.replace(f'File "{style.root}/', 'File "') if style.root else line for line in folded]


def _hang(failure: Failure, style: Style) -> list[Text]:
    """Where everything was when the time was up: the lifespan task first, then a line for each thread."""
    if not failure.stacks:
        return []
    foreign = _foreign_to(failure)
    lines = [Text("  where it hung", style="bold")]
    for stack in failure.stacks if style.verbose else failure.stacks[:_STACKS]:
        lines += _stack(stack, foreign, style)
    more = len(failure.stacks) - _STACKS
    if more > 0 and not style.verbose:
        lines.append(Text(f"    {more} more, which --verbose shows", style="dim"))
    return lines


def _foreign_to(failure: Failure) -> Foreign:
    """A failure's own place is the user's, even in an application that is installed like a library."""
    return lambda call: call.path != failure.path and looks_foreign(call)


def _stack(stack: Stack, foreign: Foreign, style: Style) -> list[Text]:
    """A task's whole chain, or the line of a thread, in the words of `whereabouts`."""
    arrow = signs(style).arrow
    who = f"{stack.kind} {stack.name}"
    first = f"{who} in {place(stack.calls, foreign, style.root, arrow)}"
    lines = paragraph(Text(said(first, style)), style, indent=4, hanging=2, prose=False)
    if stack.kind == "task" or style.verbose:
        outer = callers(stack.calls, foreign, style.root, folded=not style.verbose)
        for line in outer:
            shown = Text(said(f"{arrow} {line}", style), style="dim")
            lines += paragraph(shown, style, indent=6, hanging=2, prose=False)
    return lines
