"""Rows of samples → call trees of `Frame`, with the user's lines and the critical path marked. Pure."""

import linecache
from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from lifespan_cli.analysis.tracebacks import UserCode
from lifespan_cli.model import COLLECTOR, Block, Call, Frame
from lifespan_cli.model.events import Blocked, BlockedStretch, Sampled, SampledLine

LONGEST_SOURCE = 120


@dataclass(slots=True)
class _Open:
    """A frame whose children still come."""

    row: SampledLine
    children: list["_Open"] = field(default_factory=list)


def frames_of(sampled: Iterable[Sampled], user: UserCode, spawned_ns: int) -> tuple[Frame, ...]:
    """The call tree of one phase from its events, which came in parts; a part marked `first` begins it anew."""
    rows: list[SampledLine] = []
    for event in sampled:
        if event.first:
            rows = []
        rows.extend(event.rows)
    roots: list[_Open] = []
    path: list[_Open] = []
    for row in rows:
        del path[row.depth :]
        node = _Open(row)
        (path[-1].children if path else roots).append(node)
        path.append(node)
    return _of_phase(tuple(_frame(node, user, spawned_ns) for node in roots))


def _frame(node: _Open, user: UserCode, spawned_ns: int) -> Frame:
    row = node.row
    path = user.absolute(row.path)
    users = user.is_user(path)
    return Frame(
        function=row.function,
        path=path,
        line=row.line,
        total_ns=row.total_ns,
        self_ns=row.self_ns,
        waiting_ns=row.waiting_ns,
        cpu_ns=min(row.cpu_ns, row.total_ns),
        task=row.task,
        children=tuple(_frame(child, user, spawned_ns) for child in node.children),
        at_ns=row.at_ns - spawned_ns,
        until_ns=row.until_ns - spawned_ns,
        width=row.width,
        user=users,
        source=source(path, row.line) if users else "",
    )


def source(path: str, line: int) -> str:
    """The text of a line, as far as it can be read."""
    return linecache.getline(path, line).strip()[:LONGEST_SOURCE]


def _of_phase(roots: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """The roots with what the end of the phase had to wait for marked: what the lifespan task did, where there was one.

    Other tasks run beside it, and nobody awaits them here.
    """
    lifespan = any(frame.task is None and frame.path != COLLECTOR for frame in roots)
    return _marked(roots, joined=not lifespan)


def _marked(frames: tuple[Frame, ...], joined: bool = True) -> tuple[Frame, ...]:
    """Mark what the end had to wait for: the lines of the task itself, and of tasks side by side the last to end.

    Of several tasks awaited one after another at one line, each counts for its own stretch.
    """
    chosen = {id(frame) for frame in frames if frame.task is None}
    begins = None
    tasks = [frame for frame in frames if joined and frame.task is not None]
    for frame in sorted(tasks, key=lambda one: -one.until_ns):
        if begins is None or frame.until_ns <= begins:
            chosen.add(id(frame))
            begins = frame.at_ns
    return tuple(
        replace(frame, critical=True, children=_marked(frame.children)) if id(frame) in chosen else frame
        for frame in frames
    )


def blocks_of(blocked: Iterable[Blocked], user: UserCode, spawned_ns: int) -> tuple[Block, ...]:
    """The stretches of one phase, in order."""
    rows = [row for event in blocked for row in event.rows]
    return tuple(_block(row, user, spawned_ns) for row in rows)


def _block(row: BlockedStretch, user: UserCode, spawned_ns: int) -> Block:
    shown = [Call(function, user.absolute(path), line) for function, path, line in row.calls]
    path, line = user.place(shown)
    last = len(shown) - 1
    places = [(call.path, call.line) for call in shown]
    depth = last - places[::-1].index((path, line)) if path is not None and line is not None else last
    called = shown[depth + 1].function if depth < last else ""
    text = source(path, line) if path is not None and line is not None and user.is_user(path) else ""
    return Block(row.at_ns - spawned_ns, row.wall_ns, shown[depth].function, path, line, called, text)
