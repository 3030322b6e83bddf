"""Where every task and thread was: when the time ran out, and when the check was interrupted."""

from rich.text import Text

from lifespan_cli.model import Call, Failure, Stack, Target
from lifespan_cli.output import Style
from lifespan_cli.output.locations import Foreign, callers, looks_foreign, place
from lifespan_cli.output.text.page import COLORS, escaped, paragraph, signs

_STACKS = 10


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


def stacks_of(failure: Failure, style: Style) -> list[Text]:
    """Where everything was when the time ran out, with all calls: the lifespan task first, then each thread."""

    def foreign(call: Call) -> bool:
        # a failure's own file is the user's, even in an application that is installed like a library
        return call.path != failure.path and looks_foreign(call)

    lines = [Text("  when the time ran out", style="bold")] if failure.stacks else []
    return [*lines, *(line for stack in failure.stacks for line in _stack(stack, foreign, style))]


def _stack(stack: Stack, foreign: Foreign, style: Style) -> list[Text]:
    """A task's whole await chain, or the line of a thread; verbose, with the calls of libraries."""
    arrow = signs(style).arrow
    first = f"{stack.kind} {stack.name} in {place(stack.calls, foreign, style.root, arrow)}"
    lines = paragraph(Text(escaped(first, style)), style, indent=4, hanging=2, prose=False)
    if stack.kind == "task" or style.verbose:
        for line in callers(stack.calls, foreign, style.root, folded=not style.verbose):
            shown = Text(escaped(f"{arrow} {line}", style), style="dim")
            lines += paragraph(shown, style, indent=6, hanging=2, prose=False)
    return lines
