"""The requests that were sent between startup and shutdown, and their responses."""

from rich.text import Text

from lifespan_cli.model import Answer
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.text.page import escaped, paragraph
from lifespan_cli.output.units import duration

_LARGEST_GOOD = 399


def requests(judged: DiagnosedTarget, style: Style) -> list[Text]:
    """A line for each path: its status and the time of the first response, and of the second."""
    found = judged.run.answers
    if not found:
        return []
    paths = [escaped(f"GET {answer.path}", style) for answer in found]
    column = min(max(map(len, paths)), style.width // 2) + 2
    lines = [Text("requests", style="bold")]
    for path, answer in zip(paths, found, strict=True):
        lines += paragraph(Text.assemble(f"{path:{column}}", _went(answer, style)), style, indent=2, prose=False)
    return lines


def _went(answer: Answer, style: Style) -> Text:
    took = duration(answer.wall_ns, unicode=style.unicode)
    again = "" if answer.again_ns is None else f", again {duration(answer.again_ns, unicode=style.unicode)}"
    if answer.failure is not None:
        return Text.assemble((escaped(f"raised {answer.failure.type}", style), "red"), f"  after {took}")
    if not answer.complete:
        return Text.assemble(("incomplete response", "red"), f"  after {took}")
    good = answer.status is not None and answer.status <= _LARGEST_GOOD
    return Text.assemble((str(answer.status), "" if good else "yellow"), f"  {took}{again}")
