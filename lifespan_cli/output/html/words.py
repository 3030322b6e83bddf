"""What is said of a bar of the chart and of a line of the tables: its name, its place, what its time was."""

from msgspec import Struct

from lifespan_cli.model import Frame, Import
from lifespan_cli.output import Style
from lifespan_cli.output.flame import Bar, Chain, Few
from lifespan_cli.output.units import duration
from lifespan_cli.output.whereabouts import folding, package, short_path

_TOLD = 0.01
"""A part of the time below this share is not told."""


class Words(Struct, frozen=True):
    """What a bar is called, how it is drawn, and the lines that are shown of it on demand."""

    label: str
    look: str
    """Class names."""
    rows: tuple[str, ...]


def place(path: str | None, line: int | None, style: Style) -> str:
    """`path:line` as a reader knows it; empty when it is not known."""
    if not path:
        return ""
    return short_path(path, style.root) + (f":{line}" if line else "")


def when(begin_ns: int, end_ns: int) -> str:
    """`from 1.02 s to 1.43 s`."""
    return f"from {duration(max(begin_ns, 0))} to {duration(max(end_ns, 0))}"


def parts(frame: Frame) -> str:
    """`300 ms: waiting 290 ms, computing 10.0 ms`: what a call tree's time was, as far as it matters."""
    total_ns, waiting_ns, cpu_ns = frame.total_ns, frame.waiting_ns, frame.cpu_ns
    rest_ns = total_ns - waiting_ns - cpu_ns
    rest = "in want of a processor" if frame.kind == "computing" else "blocking"
    told = [
        f"{word} {duration(ns)}"
        for word, ns in (("waiting", waiting_ns), ("computing", cpu_ns), (rest, rest_ns))
        if ns > _TOLD * total_ns
    ]
    return f"{duration(total_ns)}: {', '.join(told)}" if told else duration(total_ns)


def words(bar: Bar, in_thread: bool, style: Style) -> Words:
    """Of any bar. What a thread does blocks nobody."""
    match bar.item:
        case Frame() as frame:
            return _frame(bar, frame, in_thread, style)
        case Chain(frames=frames):
            return _chain(bar, frames, in_thread, style)
        case Import() as entry:
            return _import(bar, entry, style)
        case Few(count=count, total_ns=total_ns):
            label = f"{count} shorter" if count > 1 else "1 shorter"
            return Words(label, "few", (label, f"{duration(total_ns)} together, too short to be drawn one by one"))


def _look(frame: Frame, in_thread: bool) -> str:
    what = "thread" if in_thread else frame.kind
    return f"{what}{'' if frame.user else ' lib'}{'' if frame.critical else ' beside'}"


def _times(bar: Bar, frame: Frame, in_thread: bool) -> tuple[str, ...]:
    told = parts(frame)
    if in_thread:
        told = f"{duration(frame.total_ns)} in a thread"
    several = frame.until_ns - frame.at_ns > 1.2 * frame.total_ns
    seen = f"seen several times {when(frame.at_ns, frame.until_ns)}" if several else when(bar.begin_ns, bar.end_ns)
    return told, seen, "" if frame.critical else "nothing had to wait for it"


def _frame(bar: Bar, frame: Frame, in_thread: bool, style: Style) -> Words:
    if frame.user:
        label = frame.source or f"{frame.function}:{frame.line}"
    else:
        label = f"{package(frame.path)}: {frame.function}"
    where = f"{frame.function}, {place(frame.path, frame.line, style)}"
    return Words(label, _look(frame, in_thread), (label, where, *_times(bar, frame, in_thread)))


def _chain(bar: Bar, frames: tuple[Frame, ...], in_thread: bool, style: Style) -> Words:
    first = frames[0]
    names = [frame.path for frame in frames]
    through = bool(bar.children)
    label = folding("frame", names) if through else f"{package(first.path)}: {first.function}"
    shown = [f"{frame.function}, {place(frame.path, frame.line, style)}" for frame in frames]
    if len(shown) > 9:
        shown = [*shown[:4], f"{len(shown) - 8} more", *shown[-4:]]
    return Words(label, _look(first, in_thread), (label, *_times(bar, first, in_thread), *shown))


def _import(bar: Bar, entry: Import, style: Style) -> Words:
    asked = place(entry.path, entry.line, style)
    rows = (
        f"import {entry.name}" + (" (failed)" if entry.failed else ""),
        f"{duration(max(entry.total_ns, 0))}, of which its own code {duration(max(entry.self_ns, 0))}",
        f"computing {duration(max(entry.cpu_ns, 0))}",
        f"imported at {asked}" if asked else "",
        when(bar.begin_ns, bar.end_ns),
    )
    return Words(entry.module, "import" if entry.user else "import lib", rows)
