"""Rows of samples → call trees of `Frame`, with the user's lines and the critical path marked. Pure."""

import linecache
from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from lifespan_cli.analysis.tracebacks import UserCode
from lifespan_cli.model import Block, BlockLine, Call, Frame
from lifespan_cli.model.events import Blocked, BlockedLine, BlockedStretch, Sampled, SampledLine

LONGEST_SOURCE = 120
LEAST_CRITICAL_NS = 10_000_000


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
    return tuple(_frame(node, user, spawned_ns) for node in roots)


def _frame(node: _Open, user: UserCode, spawned_ns: int) -> Frame:
    row = node.row
    path = user.absolute(row.path)
    users = user.is_user(path)
    children = tuple(_frame(child, user, spawned_ns) for child in node.children)
    return Frame(
        function=row.function,
        path=path,
        line=row.line,
        total_ns=row.total_ns,
        self_ns=row.self_ns,
        waiting_ns=row.waiting_ns,
        cpu_ns=min(row.cpu_ns, row.total_ns),
        task=row.task,
        critical=2 * row.critical_ns > row.total_ns or any(map(_leads_on, children)),
        children=children,
        at_ns=row.at_ns - spawned_ns,
        until_ns=row.until_ns - spawned_ns,
        width=row.width,
        lane=row.lane,
        critical_ns=row.critical_ns,
        delay_ns=min(row.delay_ns, row.total_ns - row.waiting_ns),
        user=users,
        source=source(path, row.line) if users else "",
    )


def _leads_on(child: Frame) -> bool:
    """It is critical, and for longer than the last moment of one who only hands on what others wait for."""
    return child.critical and child.critical_ns >= LEAST_CRITICAL_NS


def source(path: str, line: int) -> str:
    """The text of a line, as far as it can be read."""
    return linecache.getline(path, line).strip()[:LONGEST_SOURCE]


def blocks_of(blocked: Iterable[Blocked], user: UserCode, spawned_ns: int) -> tuple[Block, ...]:
    """The stretches of one phase, in order."""
    rows = [row for event in blocked for row in event.rows]
    return tuple(_block(row, user, spawned_ns) for row in rows)


def _block(row: BlockedStretch, user: UserCode, spawned_ns: int) -> Block:
    lines: dict[tuple[str, str | None, int | None], BlockLine] = {}
    for one in row.lines:
        line = _block_line(one, user)
        key = (line.function, line.path, line.line)
        longer = lines.get(key, line)  # those with the most time come first
        if longer is not line:
            line = replace(longer, wall_ns=longer.wall_ns + line.wall_ns, cpu_ns=longer.cpu_ns + line.cpu_ns)
        lines[key] = line
    found = tuple(sorted(lines.values(), key=lambda line: -line.wall_ns))
    place = found[0]
    return Block(
        at_ns=row.at_ns - spawned_ns,
        wall_ns=row.wall_ns,
        function=place.function,
        path=place.path,
        line=place.line,
        called=place.called,
        source=place.source,
        lines=found,
        delay_ns=row.delay_ns,
    )


def _block_line(row: BlockedLine, user: UserCode) -> BlockLine:
    shown = [Call(function, user.absolute(path), line) for function, path, line in row.calls]
    path, line = user.place(shown)
    last = len(shown) - 1
    places = [(call.path, call.line) for call in shown]
    depth = last - places[::-1].index((path, line)) if path is not None and line is not None else last
    called = shown[depth + 1].function if depth < last else ""
    text = source(path, line) if path is not None and line is not None and user.is_user(path) else ""
    return BlockLine(shown[depth].function, path, line, row.wall_ns, min(row.cpu_ns, row.wall_ns), called, text)
