"""The flame chart of one run: everything on one time axis, as SVG whose geometry is in percent of the axis.

So it is drawn without a script, as wide as the page, and a script zooms by making it wider. Below the phases hang the
imports and the call trees; below the line that awaits them, in lanes of their own, tasks and threads.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec import Struct

from lifespan_cli.model import Finding, Frame, Phase, Run, Span
from lifespan_cli.model.diagnosis import ImportTrees
from lifespan_cli.output import Style
from lifespan_cli.output.flame import Bar, Flame, Lane, frame_nodes, import_nodes, lay
from lifespan_cli.output.flame_folding import fold, fold_libraries, lengths
from lifespan_cli.output.html.axis import ROW, Axis, Box, Rectangle, Tick
from lifespan_cli.output.html.blocked import blocked_words
from lifespan_cli.output.html.words import ANY_LINE, Words, place, when, words
from lifespan_cli.output.units import duration

_GAP = 5
"""Pixels between a tree and a lane below it."""
_DEEPEST = 60
"""Rows of one tree; what lies deeper is drawn as one bar."""
_FINEST = 5_000
"""Bars shorter than this part of the axis are never drawn one by one: a quarter of a pixel on a page."""
_LEAST_LATE = 0.005
"""Imports of other phases get a strip of their own when they took more than this part of the axis."""
_IMPORTING = ("preload", "import")
_SPAN_VERBS = {"enter": "entered", "exit": "exited"}
_KINDS = (
    ("waiting", "waiting, event loop idle"),
    ("computing", "computing (CPU)"),
    ("blocking", "blocking call"),
    ("thread", "in a worker thread"),
)
_IMPORT_KINDS = (("import", "import (your code)"), ("import lib", "import (library)"))


class Strip(Struct, frozen=True):
    """A part of the chart: its bars, the height in pixels, and what stands above it."""

    name: str
    caption: str
    height: int
    boxes: tuple[Box, ...]


class Chart(Struct, frozen=True):
    """All that is drawn of a run."""

    name: str
    """Begins the identifiers of its bars."""
    label: str
    end_ns: int
    ticks: tuple[Tick, ...]
    columns: tuple[Rectangle, ...]
    bands: tuple[Box, ...]
    strips: tuple[Strip, ...]
    legend: tuple[tuple[str, str], ...]
    """Class names and words."""
    folded_ns: int
    """Whatever took less is not drawn one by one; 0 where everything is drawn."""

    @property
    def boxes(self) -> tuple[Box, ...]:
        """All bars in the order in which they are drawn."""
        return (*self.bands, *(box for strip in self.strips for box in strip.boxes))

    @property
    def data(self) -> dict[str, object]:
        """What the script needs and the drawing does not hold: whole labels, and which bars are phases."""
        return {
            "end_ns": self.end_ns,
            "labels": [box.label for box in self.boxes],
            "phases": [box.phase for box in self.bands],
        }

    def find(self, finding: Finding) -> int | None:
        """The index of the bar that shows what a finding is about: of its line, its file, else of its phase."""
        if finding.phase is None:
            return None
        numbered = [(number, box) for number, box in enumerate(self.boxes) if box.phase == finding.phase]
        for spot in ((finding.path, finding.line), (finding.path, ANY_LINE)):
            found = [(-box.wall_ns, number) for number, box in numbered if spot in box.spots]
            if found:
                return min(found)[1]
        return next((number for number, box in numbered if "phase" in box.look.split()), None)


@dataclass(slots=True)
class _Drawing:
    """A strip while it is drawn: its bars, and where the next tree has to begin so as to touch none."""

    axis: Axis
    boxes: list[Box] = field(default_factory=list)
    taken: list[tuple[int, int, int]] = field(default_factory=list)
    """From, to and the pixel below."""

    def free(self, begin_ns: int, end_ns: int) -> int:
        return max((bottom for begin, end, bottom in self.taken if begin < end_ns and end > begin_ns), default=0)

    def put(self, phase: Phase, begin_ns: int, end_ns: int, y: int, said: Words) -> None:
        self.boxes.append(self.axis.box(phase.name, begin_ns, end_ns, y, said))
        self.taken.append((begin_ns, end_ns, y + ROW))

    def hang(self, phase: Phase, bars: Iterable[Bar], y: int, in_thread: bool = False) -> None:
        """Trees, their roots at `y`."""
        for bar in bars:
            said = words(bar, in_thread, phase.wall_ns, self.axis.style)
            self.put(phase, bar.begin_ns, bar.end_ns, y, said)
            self.hang(phase, bar.children, y + ROW, in_thread)

    def drawn(self, name: str, caption: str = "") -> Strip:
        height = max((bottom for _, _, bottom in self.taken), default=0)
        return Strip(name, caption, height, tuple(self.boxes))


def chart(run: Run, trees: ImportTrees, name: str, label: str, budget: int, style: Style) -> Chart | None:
    """The chart of a run, with about that many bars; None where the run came to no phase."""
    phases = [phase for phase in run.phases if phase.status != "skipped"]
    end_ns = max((phase.at_ns + phase.wall_ns for phase in phases), default=0)
    if end_ns <= 0:
        return None
    axis = Axis(end_ns, style)
    flames = [(phase, _flame(run, trees, phase)) for phase in phases]
    late = [(phase, lay(import_nodes(run, trees, phase.name), phase)) for phase in phases if _has_both(run, phase)]
    late = [(phase, flame) for phase, flame in late if _is_worth_it(flame, end_ns)]
    known = [ns for _, flame in flames + late for ns in lengths(flame.trees())]
    least_ns = _least(known, end_ns, budget)
    strips = (
        _blocked(phases, axis).drawn("blocks", "event loop blocked"),
        _trees(flames, least_ns, axis).drawn("trees"),
        _trees(late, least_ns, axis).drawn("late", "imports after the import phase"),
        _spans(phases, least_ns, axis).drawn("spans", "context managers, entered and exited"),
    )
    return Chart(
        name=name,
        label=label,
        end_ns=end_ns,
        ticks=axis.ticks(),
        columns=axis.columns(phases),
        bands=tuple(axis.band(phase, run) for phase in phases),
        strips=tuple(strip for strip in strips if strip.boxes),
        legend=_legend(strips),
        folded_ns=least_ns if min(known, default=least_ns) < least_ns else 0,
    )


def _has_both(run: Run, phase: Phase) -> bool:
    """The phase has a call tree, which takes the place below it, and imports."""
    imports = any(entry.phase == phase.name for entry in run.imports)
    return imports and bool(phase.frames) and phase.name not in _IMPORTING


def _is_worth_it(flame: Flame, end_ns: int) -> bool:
    return sum(bar.wall_ns for bar in flame.bars) > _LEAST_LATE * end_ns


def _flame(run: Run, trees: ImportTrees, phase: Phase) -> Flame:
    imports = () if _has_both(run, phase) else import_nodes(run, trees, phase.name)
    return lay(fold_libraries(imports or frame_nodes(phase.frames)), phase)


def _least(known: list[int], end_ns: int, budget: int) -> int:
    """The length below which bars are folded, so that there are about as many as the budget allows."""
    shortest = sorted(known, reverse=True)[budget] + 1 if len(known) > budget else 0
    return max(end_ns // _FINEST, shortest, 1)


def _trees(flames: Iterable[tuple[Phase, Flame]], least_ns: int, axis: Axis) -> _Drawing:
    drawing = _Drawing(axis)
    for phase, flame in flames:
        drawing.hang(phase, fold(flame.bars, least_ns, _DEEPEST), 0)
    for phase, flame in flames:
        for lane in flame.lanes:
            _hang_lane(drawing, phase, lane, least_ns)
    return drawing


def _hang_lane(drawing: _Drawing, phase: Phase, lane: Lane, least_ns: int) -> None:
    """A lane below everything that it would touch: a head as long as it was seen, its trees below that."""
    begin_ns = lane.begin_ns
    if lane.end_ns - begin_ns < least_ns:
        return
    y = drawing.free(begin_ns, lane.end_ns)
    y += _GAP if y else 0
    name = "in parallel" if lane.task is None else lane.task
    name += f" \N{MULTIPLICATION SIGN}{lane.width}" if lane.width > 1 else ""
    runs = _first_function(lane.bars)
    label = f"{runs} ({name})" if runs else name
    rows = (
        f"{'thread' if lane.in_thread else 'task'} {name}" + (f": {runs}" if runs else ""),
        f"up to {lane.width} in parallel, drawn as one" if lane.width > 1 else "",
        f"{duration(lane.wall_ns)} {when(begin_ns, lane.end_ns)}",
    )
    drawing.put(phase, begin_ns, lane.end_ns, y, Words(label, "head", rows))
    drawing.hang(phase, fold(lane.bars, least_ns, _DEEPEST), y + ROW, lane.in_thread)


def _first_function(bars: Iterable[Bar]) -> str:
    """The application's function that a task or thread runs; empty where none was seen."""
    waiting = list(bars)
    while waiting:
        first = waiting.pop(0)
        if isinstance(first.item, Frame) and first.item.user:
            return first.item.function
        waiting = [*first.children, *waiting]
    return ""


def _blocked(phases: Iterable[Phase], axis: Axis) -> _Drawing:
    drawing = _Drawing(axis)
    for phase in phases:
        for block in phase.blocks:
            drawing.put(
                phase, block.at_ns, block.at_ns + block.wall_ns, 0, blocked_words(block, phase.wall_ns, axis.style)
            )
    return drawing


def _spans(phases: Iterable[Phase], least_ns: int, axis: Axis) -> _Drawing:
    """The outermost first, so that what they contain lies below them."""
    drawing = _Drawing(axis)
    for phase in phases:
        for span in sorted(phase.spans, key=lambda one: (one.at_ns, -one.wall_ns)):
            if span.wall_ns >= least_ns:
                end_ns = span.at_ns + span.wall_ns
                drawing.put(phase, span.at_ns, end_ns, drawing.free(span.at_ns, end_ns), _span(span, axis))
    return drawing


def _span(span: Span, axis: Axis) -> Words:
    verb = _SPAN_VERBS[span.kind]
    rows = (
        f"{span.name}, {verb} in {duration(span.wall_ns)}",
        place(span.path, span.line, axis.style),
        when(span.at_ns, span.at_ns + span.wall_ns),
    )
    return Words(f"{span.name.rpartition('<locals>.')[2]} {verb}", f"span {span.kind}", rows)


def _legend(strips: Iterable[Strip]) -> tuple[tuple[str, str], ...]:
    """The colours that are drawn, each with what it says."""
    looks = {frozenset(box.look.split()) - {"parallel"} for strip in strips for box in strip.boxes}
    drawn = {name for look in looks for name in look}
    keys = [(look, said) for look, said in _KINDS if look in drawn]
    keys += [(look, said) for look, said in _IMPORT_KINDS if frozenset(look.split()) in looks]
    if any(look & {"waiting", "computing", "blocking", "thread"} and "lib" in look for look in looks):
        keys.append(("waiting lib", "paler: library code"))
    if any("parallel" in box.look.split() for strip in strips for box in strip.boxes):
        keys.append(("waiting parallel", "palest: off the critical path"))
    return tuple(keys)
