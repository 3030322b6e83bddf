"""The words for a bar of the chart and for a line of the tables: its name, its place, what its time was."""

from msgspec import Struct

from lifespan_cli.model import Frame, Import, Phase, Run
from lifespan_cli.output import Style
from lifespan_cli.output.flame import Bar, Chain, Few
from lifespan_cli.output.locations import folding, package, short_path
from lifespan_cli.output.phases import status_of, status_words
from lifespan_cli.output.units import duration

ANY_LINE = 0
"""In a spot: all lines of the file."""
_LEAST_PART = 0.01
"""A part of the time below this share is left out."""
_CHAIN_ENDS = 4
"""How many of the outermost, and of the innermost, of a long chain of library calls are named."""
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


class Words(Struct, frozen=True):
    """What a bar is called, how it is drawn, and the lines that are shown of it on demand."""

    label: str
    look: str
    """Class names."""
    rows: tuple[str, ...]
    spots: tuple[tuple[str, int], ...] = ()
    """The lines that it stands for."""


def place(path: str | None, line: int | None, style: Style) -> str:
    """`path:line` as a reader knows it; empty when it is not known."""
    if not path:
        return ""
    return short_path(path, style.root) + (f":{line}" if line else "")


def ended(phase: Phase, run: Run) -> str:
    """How a phase ended, in words."""
    return status_words(status_of(phase, run), verb=True)


def when(begin_ns: int, end_ns: int) -> str:
    """`from 1.02 s to 1.43 s`."""
    return f"from {duration(max(begin_ns, 0))} to {duration(max(end_ns, 0))}"


def share(ns: int, whole_ns: int) -> str:
    """`14 %` of a whole."""
    return share_of(ns / max(whole_ns, 1))


def share_of(part: float) -> str:
    """`14 %` for 0.14; below one percent `<1 %`."""
    return "<1 %" if 0 < part < 0.01 else f"{round(100 * part)} %"


def clipped(words: str, width: int) -> str:
    """At most so many characters, the last of them an ellipsis where there are more."""
    return words if len(words) <= width else words[: width - 1] + _ELLIPSIS


def parts(frame: Frame) -> str:
    """`waiting 290 ms, computing 10.0 ms`: what the time of a line was, as far as it matters."""
    total_ns, waiting_ns, cpu_ns = frame.total_ns, frame.waiting_ns, frame.cpu_ns
    rest_ns = total_ns - waiting_ns - cpu_ns
    rest = "waiting for the CPU" if frame.kind == "computing" else "blocking"
    named = [
        f"{word} {duration(ns)}"
        for word, ns in (("waiting", waiting_ns), ("computing", cpu_ns), (rest, rest_ns))
        if ns > _LEAST_PART * total_ns
    ]
    return ", ".join(named)


def words(bar: Bar, in_thread: bool, whole_ns: int, style: Style) -> Words:
    """Of any bar; shares are of `whole_ns`, the time of its phase. A thread's time blocks nobody."""
    match bar.item:
        case Frame() as frame:
            return _frame(bar, frame, in_thread, whole_ns, style)
        case Chain(frames=frames):
            return _chain(bar, frames, in_thread, whole_ns, style)
        case Import() as entry:
            return _import(bar, entry, whole_ns, style)
        case Few(count=count, total_ns=total_ns):
            label = f"{count} shorter"
            return Words(label, "few", (label, f"{duration(total_ns)} together, too short to be drawn one by one"))


def _look(frame: Frame, in_thread: bool) -> str:
    what = "thread" if in_thread else frame.kind
    return f"{what}{'' if frame.user else ' lib'}{'' if frame.critical else ' parallel'}"


def amounts(total_ns: int, self_ns: int, whole_ns: int) -> str:
    """`total 300 ms (12 %), self 20.0 ms`."""
    return f"total {duration(max(total_ns, 0))} ({share(total_ns, whole_ns)}), self {duration(max(self_ns, 0))}"


def _times(bar: Bar, frame: Frame, self_ns: int, in_thread: bool, whole_ns: int) -> tuple[str, ...]:
    several = frame.until_ns - frame.at_ns > 1.2 * frame.total_ns
    return (
        amounts(frame.total_ns, self_ns, whole_ns),
        "in a thread" if in_thread else parts(frame),
        f"in parts, {when(frame.at_ns, frame.until_ns)}" if several else when(bar.begin_ns, bar.end_ns),
        "" if frame.critical else "off the critical path",
    )


def _frame(bar: Bar, frame: Frame, in_thread: bool, whole_ns: int, style: Style) -> Words:
    if frame.user:
        label = frame.source or f"{frame.function}:{frame.line}"
    else:
        label = f"{package(frame.path)}: {frame.function}"
    where = f"{frame.function}, {place(frame.path, frame.line, style)}"
    times = _times(bar, frame, frame.self_ns, in_thread, whole_ns)
    return Words(label, _look(frame, in_thread), (label, where, *times), ((frame.path, frame.line),))


def _chain(bar: Bar, frames: tuple[Frame, ...], in_thread: bool, whole_ns: int, style: Style) -> Words:
    """Library calls between two lines of the application's, or below its last one."""
    first = frames[0]
    names = [frame.path for frame in frames]
    label = folding("frame", names) if bar.children else f"{package(first.path)}: {first.function}"
    shown = [f"{frame.function}, {place(frame.path, frame.line, style)}" for frame in frames]
    if len(shown) > 2 * _CHAIN_ENDS + 1:
        shown = [*shown[:_CHAIN_ENDS], f"{len(shown) - 2 * _CHAIN_ENDS} more", *shown[-_CHAIN_ENDS:]]
    times = _times(bar, first, sum(frame.self_ns for frame in frames), in_thread, whole_ns)
    spots = tuple((frame.path, frame.line) for frame in frames)
    return Words(label, _look(first, in_thread), (label, *times, *shown), spots)


def _import(bar: Bar, entry: Import, whole_ns: int, style: Style) -> Words:
    asked = place(entry.path, entry.line, style)
    rows = (
        f"import {entry.name}" + (" (failed)" if entry.failed else ""),
        amounts(entry.total_ns, entry.self_ns, whole_ns),
        f"computing {duration(max(entry.cpu_ns, 0))}",
        f"imported at {asked}" if asked else "",
        when(bar.begin_ns, bar.end_ns),
    )
    spots = [(entry.path, entry.line)] if entry.path and entry.line else []
    spots += [(entry.file, ANY_LINE)] if entry.file else []
    return Words(entry.module, "import" if entry.user else "import lib", rows, tuple(spots))
