"""The flame chart of one run: everything on one time axis, as SVG whose geometry is in percent of the axis.

So it is drawn without a script, as wide as the page, and a script zooms by making it wider. Below the phases hang the
imports and the call trees; below the line that awaits them, in lanes of their own, tasks and threads.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lifespan_cli.model import Phase, Run, Span
from lifespan_cli.model.diagnosis import ImportTrees
from lifespan_cli.output import Style
from lifespan_cli.output.flame import (
    Bar,
    Flame,
    Lane,
    chained,
    fold,
    frame_nodes,
    import_nodes,
    lay,
    lengths,
)
from lifespan_cli.output.html.axis import ROW, Axis, backdrop, band
from lifespan_cli.output.html.markup import NOTHING, Html, element, joined, text
from lifespan_cli.output.html.words import place, when, words
from lifespan_cli.output.units import duration

_GAP = 5
"""Pixels between a tree and a lane below it."""
_DEEPEST = 60
"""Rows of one tree; what lies deeper is drawn as one bar."""
_FINEST = 5_000
"""Bars shorter than this part of the axis are never drawn one by one: a quarter of a pixel on a page."""
_SEEN = 0.005
"""Imports of other phases get a strip of their own when they took more than this part of the axis."""
_IMPORTING = ("preload", "import")
Boxes = list[tuple[int, int, int]]
"""From, to and the pixel below: what is drawn already."""


@dataclass(slots=True)
class _Strip:
    """A part of the chart that is drawn: its pieces, and where the next tree has to begin so as to touch none."""

    axis: Axis
    pieces: list[Html] = field(default_factory=list)
    taken: Boxes = field(default_factory=list)

    @property
    def height(self) -> int:
        return max((bottom for _, _, bottom in self.taken), default=0)

    def free(self, begin_ns: int, end_ns: int) -> int:
        return max((bottom for begin, end, bottom in self.taken if begin < end_ns and end > begin_ns), default=0)

    def put(self, begin_ns: int, end_ns: int, y: int, look: str, label: str, rows: Iterable[str]) -> None:
        self.pieces.append(self.axis.box(begin_ns, end_ns, y, look, label, rows, ROW - 1))
        self.taken.append((begin_ns, end_ns, y + ROW))

    def hang(self, bars: Iterable[Bar], y: int, in_thread: bool = False) -> None:
        """Trees, their roots at `y`."""
        for bar in bars:
            said = words(bar, in_thread, self.axis.style)
            self.put(bar.begin_ns, bar.end_ns, y, said.look, said.label, said.rows)
            self.hang(bar.children, y + ROW, in_thread)

    def drawn(self, name: str) -> Html:
        return element("svg", *self.pieces, class_=f"strip {name}", width="100%", height=str(self.height))


def span_of(run: Run) -> int:
    """The end of the axis."""
    return max((phase.at_ns + phase.wall_ns for phase in run.phases if phase.status != "skipped"), default=0)


def chart(run: Run, trees: ImportTrees, name: str, budget: int, style: Style) -> Html:
    """The chart of a run, with about so many bars; nothing where the run came to no phase. `name` is whose it is."""
    end_ns = span_of(run)
    if end_ns <= 0:
        return NOTHING
    axis = Axis(end_ns, style)
    phases = [phase for phase in run.phases if phase.status != "skipped"]
    flames = [(phase, _flame(run, trees, phase)) for phase in phases]
    late = [(phase, lay(import_nodes(run, trees, phase.name), phase)) for phase in phases if _has_both(run, phase)]
    late = [(phase, flame) for phase, flame in late if _worth_it(flame, end_ns)]
    known = [ns for _, flame in flames + late for ns in lengths(flame.trees())]
    least_ns = _least(known, end_ns, budget)
    strips = [
        element("div", band(phases, run, axis), class_="axis"),
        _captioned("event loop blocked", _blocked(phases, axis), "blocks"),
        _captioned("", _trees(flames, least_ns, axis), "trees"),
        _captioned("imports after the import phase", _trees(late, least_ns, axis), "late"),
        _captioned("context managers, entered and left", _spans(phases, least_ns, axis), "spans"),
    ]
    canvas = element("div", backdrop(phases, axis), *strips, class_="canvas", data_ns=str(end_ns))
    folded = (
        f"Whatever took less than {duration(least_ns)} is folded. " if min(known, default=least_ns) < least_ns else ""
    )
    return element(
        "figure",
        element("div", canvas, class_="scroll", tabindex="0", role="region", aria_label=f"timeline of {name}"),
        element("figcaption", _legend(run), text(f"{folded}Times count from the start of the process.")),
        class_="chart",
    )


def _has_both(run: Run, phase: Phase) -> bool:
    """The phase has a call tree, which takes the place below it, and imports."""
    imports = any(entry.phase == phase.name for entry in run.imports)
    return imports and bool(phase.frames) and phase.name not in _IMPORTING


def _worth_it(flame: Flame, end_ns: int) -> bool:
    return sum(bar.wall_ns for bar in flame.bars) > _SEEN * end_ns


def _flame(run: Run, trees: ImportTrees, phase: Phase) -> Flame:
    imports = () if _has_both(run, phase) else import_nodes(run, trees, phase.name)
    return lay(chained(imports or frame_nodes(phase.frames)), phase)


def _least(known: list[int], end_ns: int, budget: int) -> int:
    """The length below which bars are folded, so that there are about as many as the budget allows."""
    shortest = sorted(known, reverse=True)[budget] + 1 if len(known) > budget else 0
    return max(end_ns // _FINEST, shortest, 1)


def _trees(flames: Iterable[tuple[Phase, Flame]], least_ns: int, axis: Axis) -> _Strip:
    strip = _Strip(axis)
    for _, flame in flames:
        strip.hang(fold(flame.bars, least_ns, _DEEPEST), 0)
    for _, flame in flames:
        for lane in flame.lanes:
            _hang_lane(strip, lane, least_ns)
    return strip


def _hang_lane(strip: _Strip, lane: Lane, least_ns: int) -> None:
    """A lane below everything that it would touch: a head as long as it was seen, its tree below that."""
    begin_ns = lane.bar.begin_ns
    if lane.end_ns - begin_ns < least_ns:
        return
    y = strip.free(begin_ns, lane.end_ns)
    y += _GAP if y else 0
    name = "side by side" if lane.task is None else lane.task
    label = f"{name} \N{MULTIPLICATION SIGN}{lane.width}" if lane.width > 1 else name
    kind = "thread" if lane.in_thread else "task"
    told = (
        f"{kind} {label}",
        f"{lane.width} at once at most, told as one" if lane.width > 1 else "",
        f"{duration(lane.bar.wall_ns)} {when(begin_ns, lane.end_ns)}",
    )
    strip.put(begin_ns, lane.end_ns, y, "head", label, told)
    strip.hang(fold([lane.bar], least_ns, _DEEPEST), y + ROW, lane.in_thread)


def _captioned(caption: str, strip: _Strip, name: str) -> Html:
    if not strip.pieces:
        return NOTHING
    head = element("p", text(caption), class_="caption") if caption else NOTHING
    return element("div", head, strip.drawn(name), class_="lane")


def _blocked(phases: Iterable[Phase], axis: Axis) -> _Strip:
    strip = _Strip(axis)
    for phase in phases:
        for block in phase.blocks:
            where = block.function
            if block.path is not None:
                where += f", {place(block.path, block.line, axis.style)}"
            label = block.source or block.called or block.function
            rows = (
                f"the event loop was blocked for {duration(block.wall_ns)}",
                label,
                where,
                f"called there: {block.called}" if block.called else "",
                when(block.at_ns, block.at_ns + block.wall_ns),
            )
            strip.put(block.at_ns, block.at_ns + block.wall_ns, 0, "blocked", label, rows)
    return strip


def _spans(phases: Iterable[Phase], least_ns: int, axis: Axis) -> _Strip:
    """The outermost first, so that what they contain lies below them."""
    strip = _Strip(axis)
    for phase in phases:
        for span in sorted(phase.spans, key=lambda one: (one.at_ns, -one.wall_ns)):
            if span.wall_ns >= least_ns:
                end_ns = span.at_ns + span.wall_ns
                strip.put(span.at_ns, end_ns, strip.free(span.at_ns, end_ns), f"span {span.kind}", *_span(span, axis))
    return strip


def _span(span: Span, axis: Axis) -> tuple[str, tuple[str, ...]]:
    verb = {"enter": "entered", "exit": "left"}[span.kind]
    short = span.name.rpartition("<locals>.")[2]
    rows = (
        f"{span.name}, {verb} in {duration(span.wall_ns)}",
        place(span.path, span.line, axis.style),
        when(span.at_ns, span.at_ns + span.wall_ns),
    )
    return f"{short} {verb}", rows


def _legend(run: Run) -> Html:
    frames = [frame for phase in run.phases for frame in phase.frames]
    keys = [("waiting", "waiting"), ("computing", "computing"), ("blocking", "blocking"), ("thread", "in a thread")]
    keys = keys if frames else []
    if run.imports:
        keys += [("import", "import of the user's own"), ("import lib", "of a library")]
    if frames:
        keys.append(("waiting beside", "nothing waited for it"))
    marks = [element("span", element("i", class_=f"key {look}"), text(label)) for look, label in keys]
    return element("span", joined(marks), class_="legend") if marks else NOTHING
