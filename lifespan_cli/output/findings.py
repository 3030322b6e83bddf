"""The findings with what belongs to each, for text, HTML, Markdown and JUnit. Strings are as they came."""

from collections.abc import Iterator

from msgspec import Struct

from lifespan_cli.model import Finding, FindingLine, SourceLine, Target
from lifespan_cli.output.causes import Cause, cause_of
from lifespan_cli.output.locations import line_of
from lifespan_cli.output.units import duration


class LineView(Struct, frozen=True):
    """One of several lines that a finding is about."""

    place: str
    """`shop/db.py:41`; what ran there where it is no line."""
    path: str | None
    wall_ns: int
    what: str
    """Its text, and the function that it is in."""


class FindingView(Struct, frozen=True):
    """A finding with what belongs to it, or several that differ in their lines alone."""

    finding: Finding
    """The finding; of several the first."""
    cause: Cause
    source: tuple[SourceLine, ...]
    """The line, the last of these, with those before it."""
    headline: str
    """What happened, in one sentence, without the lines that are shown each by itself."""
    fixes: tuple[str, ...]
    """What to do about it, a sentence or two each."""
    lines: tuple[LineView, ...] = ()
    """Each line that it is about, where there are several."""
    count: int = 1
    """How many findings it stands for."""


def findings_of(ordered: list[Finding], target: Target, root: str) -> Iterator[FindingView]:
    """One for each finding, and one for all that say the same of a line each."""
    by_kind: dict[object, list[Finding]] = {}
    for finding in ordered:
        each = (finding.code, finding.severity, finding.phase) if len(finding.lines) == 1 else id(finding)
        by_kind.setdefault(each, []).append(finding)
    for group in by_kind.values():
        first = group[0]
        lines = [line for finding in group for line in finding.lines]
        yield FindingView(
            finding=first,
            cause=cause_of(first, target, root),
            source=first.source,
            headline=_blocked(first, lines) if len(lines) > 1 else first.message,
            fixes=tuple(dict.fromkeys(finding.hint for finding in group if finding.hint)),
            lines=tuple(_line(line, root) for line in lines) if len(lines) > 1 else (),
            count=len(group),
        )


def _blocked(finding: Finding, lines: list[FindingLine]) -> str:
    whole, found, _ = finding.message.partition(" lines: ")
    if found:
        return f"{whole} lines"
    total_ns = sum(line.wall_ns for line in lines)
    return f"the event loop was blocked for {duration(total_ns)} during {finding.phase} by {len(lines)} lines"


def _line(line: FindingLine, root: str) -> LineView:
    return LineView(
        place=line_of(line.path, line.line or 0, root) if line.path else line.text,
        path=line.path,
        wall_ns=line.wall_ns,
        what=_said_of(line),
    )


def _said_of(line: FindingLine) -> str:
    """`time.sleep(0.35)  in run_migrations, CPU`."""
    where = f"  in {line.function}" if line.function else ""
    return f"{line.text}{where}{', CPU' if line.kind == 'computing' else ''}"
