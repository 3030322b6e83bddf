"""The time axis of a chart: what lies where, in percent of it, and the phases along it."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from lifespan_cli.model import WELL, Phase, PhaseName, Run
from lifespan_cli.output import Style
from lifespan_cli.output.escape import inert
from lifespan_cli.output.html.words import Words, clipped, ended, when
from lifespan_cli.output.phases import NOT_CHARGED
from lifespan_cli.output.units import duration

ROW = 20
"""Pixels from one row of bars to the next."""
_PAGE = 1150
_LETTER = 6.7
"""Pixels: the width that labels are cut for, and that of a letter. The script cuts them anew."""
_LEAST_LETTERS = 3
_LONGEST_LABEL = 200


class Box(Struct, frozen=True):
    """A bar in its place: `x` and `width` in percent of the axis, `y` and `height` in pixels."""

    x: str
    width: str
    y: int
    height: int
    look: str
    """Class names."""
    label: str
    """The whole label, inert."""
    shown: str
    """What fits of it on a page of usual width."""
    rows: tuple[str, ...]
    """What is shown of it on demand."""
    phase: PhaseName
    wall_ns: int
    spots: tuple[tuple[str, int], ...] = ()
    """The lines that it stands for."""


class Rectangle(Struct, frozen=True):
    """A column through the whole height of a chart, in percent of the axis."""

    x: str
    width: str
    look: str


class Tick(Struct, frozen=True):
    """A moment on the axis and its name."""

    x: str
    label: str


class Axis(Struct, frozen=True):
    """The time axis, from the spawn to the end of the run."""

    end_ns: int
    style: Style

    def x(self, ns: int) -> str:
        """A moment, in percent."""
        return f"{100 * min(max(ns, 0), self.end_ns) / self.end_ns:.4f}".rstrip("0").rstrip(".") + "%"

    def box(self, phase: PhaseName, begin_ns: int, end_ns: int, y: int, words: Words, height: int = ROW - 1) -> Box:
        """A bar of that phase with its label and what is shown of it on demand."""
        room = int((_PAGE * (end_ns - begin_ns) / self.end_ns - 8) / _LETTER)
        label = inert(words.label, limit=_LONGEST_LABEL)
        return Box(
            x=self.x(begin_ns),
            width=self.x(end_ns - begin_ns),
            y=y,
            height=height,
            look=words.look,
            label=label,
            shown=clipped(label, room) if room >= _LEAST_LETTERS else "",
            rows=tuple(row for row in words.rows if row),
            phase=phase,
            wall_ns=end_ns - begin_ns,
            spots=words.spots,
        )

    def band(self, phase: Phase, run: Run) -> Box:
        """The bar of a phase."""
        whose = NOT_CHARGED.get(phase.name)
        look = "phase" + (" other" if whose else "") + ("" if phase.status in WELL else " bad")
        status = "" if phase.status == "ok" else f", {ended(phase, run)}"
        cpu = "" if phase.cpu_ns is None else f", CPU {duration(phase.cpu_ns)}"
        end_ns = phase.at_ns + phase.wall_ns
        rows = (
            f"{phase.name}{status}",
            f"{duration(phase.wall_ns)}{cpu}",
            when(phase.at_ns, end_ns),
            f"not charged to the application: {whose}" if whose else "",
        )
        words = Words(f"{phase.name} {duration(phase.wall_ns)}{status}", look, rows)
        return self.box(phase.name, phase.at_ns, end_ns, ROW - 2, words, ROW)

    def ticks(self) -> tuple[Tick, ...]:
        """Round moments, about eight of them."""
        return tuple(Tick(self.x(at_ns), duration(at_ns) if at_ns else "0") for at_ns in _moments(self.end_ns))

    def columns(self, phases: Iterable[Phase]) -> tuple[Rectangle, ...]:
        """The phases through the whole height, with a shade where one is not the application's."""
        return tuple(
            Rectangle(self.x(phase.at_ns), self.x(phase.wall_ns), "other" if phase.name in NOT_CHARGED else "own")
            for phase in phases
        )


def _moments(end_ns: int) -> Iterator[int]:
    """The last is not so near the end that its text would be cut."""
    step_ns = next(digit * 10**power for power in range(20) for digit in (1, 2, 5) if digit * 10**power * 9 >= end_ns)
    at_ns = 0
    while at_ns < 0.97 * end_ns:
        yield at_ns
        at_ns += step_ns
