"""One finding a line, as compilers and linters print them: `shop/db.py:41: error LS102 message`.

Editors and `grep` know the form; there is nothing else, so that no finding means no output.
"""

from collections.abc import Iterator

from lifespan_cli.model import Finding, Target
from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.output import Style
from lifespan_cli.output.escape import LIMIT, inert
from lifespan_cli.output.locations import relative


def render(result: DiagnosedReport, style: Style) -> str:
    """A line for each finding, in the report's order, then one for each target that could not be checked."""
    # the whole line is made inert, for a command to a runner may come about where two parts of it meet
    limit = None if style.verbose else LIMIT
    return "".join(f"{inert(line, unicode=style.unicode, limit=limit)}\n" for line in _lines(result, style))


def _lines(result: DiagnosedReport, style: Style) -> Iterator[str]:
    for target in result.report.targets:
        for finding in target.findings:
            yield f"{_place(finding, target, style)}: {finding.severity} {finding.code} {finding.message}"
    for error in result.report.errors:
        target_name, _, reason = error.partition(": ")
        yield f"{target_name}: error: {reason}"


def _place(finding: Finding, target: Target, style: Style) -> str:
    """`shop/db.py:41`, relative to the style's root; the target's name where the finding is of no file."""
    if finding.path is None:
        return target.target
    path = relative(finding.path, style.root)
    return f"{path}:{finding.line}" if finding.line else path
