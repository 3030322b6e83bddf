"""The time axis of a chart: what lies where, in percent of it, and the phases along it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lifespan_cli.model import Phase, Run
from lifespan_cli.output import Style
from lifespan_cli.output.html.markup import NOTHING, Html, clipped, element, text, tip
from lifespan_cli.output.html.words import when
from lifespan_cli.output.timeline import NOT_THE_APPS, WELL
from lifespan_cli.output.units import duration
from lifespan_cli.output.verdicts import went

ROW = 20
"""Pixels from one row of bars to the next."""
_PAGE = 1150
_LETTER = 6.7
"""Pixels: the width that labels are cut for, and that of a letter. The script cuts them anew."""


@dataclass(slots=True)
class Axis:
    """The time axis, from the spawn to the end of the run."""

    end_ns: int
    style: Style

    def x(self, ns: int) -> str:
        """A moment, in percent."""
        return f"{100 * min(max(ns, 0), self.end_ns) / self.end_ns:.4f}".rstrip("0").rstrip(".") + "%"

    def box(self, begin_ns: int, end_ns: int, y: int, look: str, label: str, rows: Iterable[str], height: int) -> Html:
        """A bar with its label and what is shown of it on demand."""
        width = _PAGE * (end_ns - begin_ns) / self.end_ns
        room = int((width - 8) / _LETTER)
        written = element("text", text(clipped(label, room)), x="5", y="13") if room > 2 else NOTHING
        return element(
            "svg",
            element("title", tip(*rows)),
            element("rect", width="100%", height="100%"),
            written,
            class_=f"b {look}",
            x=self.x(begin_ns),
            width=self.x(end_ns - begin_ns),
            y=str(y),
            height=str(height),
        )


def band(phases: Iterable[Phase], run: Run, axis: Axis) -> Html:
    """The moments, and the phases below them."""
    ticks = [
        element("text", text(duration(at) if at else "0"), class_="tick", x=axis.x(at), y="12")
        for at in _ticks(axis.end_ns)
    ]
    bands = []
    for phase in phases:
        whose = NOT_THE_APPS.get(phase.name)
        look = "phase" + (" other" if whose else "") + ("" if phase.status in WELL else " bad")
        status = "" if phase.status == "ok" else f", {went(phase, run)}"
        rows = (
            f"{phase.name}{status}",
            duration(phase.wall_ns)
            if phase.cpu_ns is None
            else f"{duration(phase.wall_ns)}, CPU {duration(phase.cpu_ns)}",
            when(phase.at_ns, phase.at_ns + phase.wall_ns),
            f"not charged to the application: {whose}" if whose else "",
        )
        label = f"{phase.name} {duration(phase.wall_ns)}{status}"
        bands.append(axis.box(phase.at_ns, phase.at_ns + phase.wall_ns, 18, look, label, rows, ROW))
    return element("svg", *ticks, *bands, class_="strip", width="100%", height="40")


def _ticks(end_ns: int) -> Iterator[int]:
    """Round moments, about eight of them; the last is not so near the end that its text would be cut."""
    step = 1
    for power in range(20):
        for digit in (1, 2, 5):
            step = digit * 10**power
            if step * 9 >= end_ns:
                break
        if step * 9 >= end_ns:
            break
    at_ns = 0
    while at_ns < 0.97 * end_ns:
        yield at_ns
        at_ns += step


def backdrop(phases: Iterable[Phase], axis: Axis) -> Html:
    """Through the whole height of a chart: a line at each moment, a shade where a phase is not the application's."""
    columns = [
        element(
            "rect",
            class_=f"column{' other' if phase.name in NOT_THE_APPS else ''}",
            x=axis.x(phase.at_ns),
            width=axis.x(phase.wall_ns),
            y="0",
            height="100%",
        )
        for phase in phases
    ]
    grid = [element("line", x1=axis.x(at), x2=axis.x(at), y1="0", y2="100%") for at in _ticks(axis.end_ns)]
    return element("svg", *columns, *grid, class_="backdrop", width="100%", height="100%", aria_hidden="true")
