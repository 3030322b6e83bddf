"""What took the time, as rows for text and HTML. Times are integer nanoseconds, strings as they came."""

from collections.abc import Iterator

from msgspec import Struct

from lifespan_cli.model import Phase, PhaseName
from lifespan_cli.model.diagnosis import HotLine
from lifespan_cli.model.result import DiagnosedTarget

LEAST_SHARE = 0.05
"""Every line with this share of ready, or of a phase that has this share of it, has a row of its own."""
UNTIL_READY: tuple[PhaseName, ...] = ("import", "resolve", "startup")
LIVING: tuple[PhaseName, ...] = ("resolve", "startup", "hold", "request", "shutdown", "restart")


class RowView(Struct, frozen=True):
    """A row of the table of what took the time."""

    phase: PhaseName
    wall_ns: int
    share: float
    """Of ready, for what belongs to it; else of its phase."""
    what: str
    kind: str
    """In words: waits, blocks the loop."""
    path: str | None
    line: int | None
    hot: HotLine
    """The same as the diagnosis has it."""


class TableView(Struct, frozen=True):
    """What took the time of ready, or of one later phase, the longest first."""

    title: str
    """`ready`, or the name of the phase."""
    wall_ns: int
    rows: tuple[RowView, ...]
    rest: tuple[RowView, ...]
    """The lines and imports without a row of their own in the text, the longest first."""
    more: int
    """How many lines and imports have no row of their own."""
    more_ns: int
    unseen_ns: int
    """What no line accounts for."""


def tables_of(judged: DiagnosedTarget) -> Iterator[TableView]:
    """The table of ready, then one for each later phase in which lines were seen."""
    run, lines = judged.run, [line for line in judged.diagnosis.hot_lines if line.critical]
    first = [phase for phase in run.phases if phase.name in UNTIL_READY]
    others = [phase for phase in run.phases if phase.name in ("request", "shutdown", "restart", "exit")]
    groups = [("ready", first), *((phase.name, [phase]) for phase in others)]
    for title, phases in groups:
        names = {phase.name for phase in phases}
        found = [line for line in lines if line.phase in names]
        if found:
            yield _table(title, phases, found)


def _table(title: str, phases: list[Phase], lines: list[HotLine]) -> TableView:
    whole_ns = sum(phase.wall_ns for phase in phases)
    of_phase = {phase.name: phase.wall_ns for phase in phases}
    least_ns = LEAST_SHARE * whole_ns
    least_of = {name: LEAST_SHARE * ns if ns >= least_ns else least_ns for name, ns in of_phase.items()}
    ordered = sorted(lines, key=lambda line: -line.wall_ns)
    own = [line for line in ordered if line.wall_ns >= least_of[line.phase]]
    rest = [line for line in ordered if line.wall_ns < least_of[line.phase]]
    unseen_ns = sum(_unseen(phase, lines) for phase in phases)
    return TableView(
        title=title,
        wall_ns=whole_ns,
        rows=tuple(row_of(line, whole_ns) for line in own),
        rest=tuple(row_of(line, whole_ns) for line in rest),
        more=sum(max(line.modules, 1) for line in rest),
        more_ns=sum(line.wall_ns for line in rest),
        unseen_ns=unseen_ns if unseen_ns >= LEAST_SHARE * whole_ns else 0,
    )


def _unseen(phase: Phase, lines: list[HotLine]) -> int:
    return max(0, phase.wall_ns - sum(line.wall_ns for line in lines if line.phase == phase.name))


def row_of(line: HotLine, whole_ns: int) -> RowView:
    """A line as it is shown; its share is of `whole_ns`."""
    return RowView(
        phase=line.phase,
        wall_ns=line.wall_ns,
        share=line.wall_ns / max(whole_ns, 1),
        what=_what(line),
        kind=kind_words(line),
        path=line.path,
        line=line.line,
        hot=line,
    )


def _what(line: HotLine) -> str:
    if line.kind == "import":
        many = f" ({line.modules} modules)" if line.modules > 1 else ""
        lazy = " (lazy)" if line.lazy else ""
        return f"import {line.what}{lazy}{many}" if not line.user else f"module {line.what}{lazy}, its own code"
    if line.kind == "gc":
        return f"garbage collection, {line.what.removeprefix('gc, ')}"
    name = line.called.rpartition(".")[2]
    if line.what == line.function:  # its source is not known
        return line.called or line.function
    return line.what if not name or name in line.what else f"{line.what}  in {line.called}"


def kind_words(line: HotLine) -> str:
    """What a line did with its time, in the words of the report: `waits, 3 in parallel`."""
    in_loop = line.phase in LIVING
    words = {
        "waiting": "waits",
        "blocking": "blocks the loop" if in_loop else "waits",
        "computing": "blocks the loop, CPU" if in_loop else "CPU",
        "in_thread": "in a thread",
    }.get(line.kind, "")
    return f"{words}, {line.parallel} in parallel" if line.parallel > 1 and words else words
