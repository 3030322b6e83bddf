"""A phase's call tree with the library's frames folded under the user's line that entered them."""

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from msgspec import Struct
from msgspec.structs import replace

from lifespan_cli.model import COLLECTOR, Frame, Phase

SMALL = 0.01
"""A share of the phase below which what no user's line accounts for is not worth a line of its own."""


class Step(Struct, frozen=True):
    """One of the user's lines while it was executed or awaited; or, not `user`, a library's time under no such line, or
    the garbage collector's.

    `total_ns`, `waiting_ns` and `cpu_ns` include the children; `own_ns`, `own_waiting_ns` and `own_cpu_ns` leave out
    those that were waited for. A thread's time is its own: whoever awaits it waits.
    """

    function: str
    path: str
    line: int
    source: str
    user: bool
    task: str | None
    width: int
    critical: bool
    total_ns: int
    waiting_ns: int
    cpu_ns: int
    own_ns: int
    own_waiting_ns: int
    own_cpu_ns: int
    at_ns: int
    until_ns: int
    called: str
    """The library's function that was entered from this line and took longest, such as `asyncpg: create_pool`."""
    children: tuple["Step", ...] = ()


def steps(phase: Phase) -> tuple[Step, ...]:
    """The phase's call tree in the user's lines, in the order in which they were first seen."""
    least_ns = int(phase.wall_ns * SMALL)
    found: list[Step] = []
    for frame in phase.frames:
        inner = list(_lifted(frame))
        found.extend(inner)
        rest_ns = frame.total_ns - _waited_for(inner, frame)
        if not frame.user and rest_ns > least_ns:
            found.append(_library(frame, inner, rest_ns))
    return _within_phase(_merged(found), phase.wall_ns)


def _within_phase(found: tuple[Step, ...], wall_ns: int) -> tuple[Step, ...]:
    """What the phase waited for cannot have taken longer than the phase: a sample stands for more than a short one."""
    total_ns = sum(step.own_ns for step in costs(found))
    return found if total_ns <= wall_ns else tuple(_scaled(step, wall_ns, total_ns) for step in found)


def _scaled(step: Step, part: int, whole: int) -> Step:
    names = ("total_ns", "waiting_ns", "cpu_ns", "own_ns", "own_waiting_ns", "own_cpu_ns")
    scaled = {name: getattr(step, name) * part // whole for name in names}
    return replace(step, children=tuple(_scaled(child, part, whole) for child in step.children), **scaled)


def costs(found: Iterable[Step]) -> tuple[Step, ...]:
    """Every step that the end of the phase had to wait for, those with the most time of their own first."""
    flat = [step for step in _flat(found) if step.critical and step.own_ns > 0]
    return tuple(sorted(flat, key=lambda step: -step.own_ns))


def chain(found: Iterable[Step], least_ns: int) -> tuple[Step, ...]:
    """What the end of the phase waited for, in the order of time: the critical steps with so much time of their own."""
    flat = [step for step in _flat(found) if step.critical and step.own_ns >= least_ns]
    return tuple(sorted(flat, key=lambda step: step.at_ns))


def _flat(found: Iterable[Step]) -> Iterator[Step]:
    for step in found:
        yield step
        yield from _flat(step.children)


def _lifted(frame: Frame) -> Iterator[Step]:
    """The frame's step when it is the user's, else those of the user's frames below it."""
    if frame.user:
        yield _step(frame)
        return
    for child in frame.children:
        for step in _lifted(child):
            begins = frame.task is not None and step.task is None
            lifted = replace(step, task=frame.task, width=frame.width) if begins else step
            yield lifted if frame.critical else replace(lifted, critical=False)


def _step(frame: Frame) -> Step:
    children = _merged(step for child in frame.children for step in _lifted(child))
    own_ns = max(0, frame.total_ns - _waited_for(children, frame))
    own_waiting_ns, own_cpu_ns = _own(frame, children, own_ns)
    return Step(
        function=frame.function,
        path=frame.path,
        line=frame.line,
        source=frame.source,
        user=True,
        task=frame.task,
        width=frame.width,
        critical=frame.critical,
        total_ns=frame.total_ns,
        waiting_ns=frame.waiting_ns,
        cpu_ns=frame.cpu_ns,
        own_ns=own_ns,
        own_waiting_ns=own_waiting_ns,
        own_cpu_ns=own_cpu_ns,
        at_ns=frame.at_ns,
        until_ns=frame.until_ns,
        called=_called(frame),
        children=children,
    )


def _own(frame: Frame, children: Iterable[Step], own_ns: int) -> tuple[int, int]:
    """Of a frame's own time, what it waited and what it computed."""
    running_ns = frame.total_ns - frame.waiting_ns
    inner = [_as_awaited(step, running_ns) for step in children if step.critical or not frame.critical]
    waiting_ns = _within(frame.waiting_ns - sum(waiting for waiting, _ in inner), own_ns)
    return waiting_ns, _within(frame.cpu_ns - sum(cpu for _, cpu in inner), own_ns - waiting_ns)


def _as_awaited(step: Step, running_ns: int) -> tuple[int, int]:
    """Waiting and CPU time of a step as its caller, which ran for so long, had them.

    What never waits, and takes longer than its caller ran, is done by a thread.
    """
    in_thread = step.task is not None and step.waiting_ns == 0 and step.total_ns > running_ns
    return (step.total_ns, 0) if in_thread else (step.waiting_ns, step.cpu_ns)


def _within(amount_ns: int, most_ns: int) -> int:
    return max(0, min(amount_ns, most_ns))


def _waited_for(found: Iterable[Step], caller: Frame) -> int:
    """The time that these steps account for in their caller: that of the critical ones, which do not overlap.

    Of a critical caller's, none may be: then it waited for a library's. Below a caller that is not critical itself,
    none is; then the longest of each group side by side stands for it.
    """
    listed = list(found)
    critical = [step.total_ns for step in listed if step.critical]
    if critical or caller.critical:
        return sum(critical)
    alone = sum(step.total_ns for step in listed if step.task is None)
    return alone + max((step.total_ns for step in listed if step.task is not None), default=0)


def _called(frame: Frame) -> str:
    library = [child for child in frame.children if not child.user]
    if not library:
        return ""
    longest = max(library, key=lambda child: child.total_ns)
    name = package(longest.path)
    # contextlib enters what others wrote: that it does says nothing of what goes on
    return (name == "contextlib" and _called(longest)) or f"{name}: {longest.function}"


def package(path: str) -> str:
    """The name of the package, or module, that a library's file belongs to."""
    parts = PurePath(path).parts
    for folder in ("site-packages", "dist-packages"):
        if folder in parts[:-1]:
            return PurePath(parts[parts.index(folder) + 1]).stem
    folders = [index for index, part in enumerate(parts[:-1]) if part.startswith("python3")]
    return PurePath(parts[folders[-1] + 1] if folders else path).stem


def _library(frame: Frame, inner: Iterable[Step], own_ns: int) -> Step:
    waiting_ns, cpu_ns = _own(frame, inner, own_ns)
    return Step(
        function=frame.function if frame.path == COLLECTOR else f"{package(frame.path)}: {frame.function}",
        path=frame.path,
        line=frame.line,
        source="",
        user=False,
        task=frame.task,
        width=frame.width,
        critical=frame.critical,
        total_ns=own_ns,
        waiting_ns=waiting_ns,
        cpu_ns=cpu_ns,
        own_ns=own_ns,
        own_waiting_ns=waiting_ns,
        own_cpu_ns=cpu_ns,
        at_ns=frame.at_ns,
        until_ns=frame.until_ns,
        called="",
    )


def _merged(found: Iterable[Step]) -> tuple[Step, ...]:
    """Lines that were reached through different library frames are one line; in the order of time."""
    by_place: dict[tuple[str, str, int, bool], Step] = {}
    for step in found:
        key = (step.function, step.path, step.line, step.task is not None)
        earlier = by_place.get(key)
        by_place[key] = step if earlier is None else _joined(earlier, step)
    return tuple(sorted(by_place.values(), key=lambda step: step.at_ns))


def _joined(first: Step, second: Step) -> Step:
    side_by_side = first.task is not None and second.at_ns < first.until_ns and first.at_ns < second.until_ns
    if side_by_side:
        longer = first if first.until_ns >= second.until_ns else second
        return replace(longer, width=first.width + second.width, critical=first.critical or second.critical)
    return replace(
        first,
        critical=first.critical or second.critical,
        total_ns=first.total_ns + second.total_ns,
        waiting_ns=first.waiting_ns + second.waiting_ns,
        cpu_ns=first.cpu_ns + second.cpu_ns,
        own_ns=first.own_ns + second.own_ns,
        own_waiting_ns=first.own_waiting_ns + second.own_waiting_ns,
        own_cpu_ns=first.own_cpu_ns + second.own_cpu_ns,
        at_ns=min(first.at_ns, second.at_ns),
        until_ns=max(first.until_ns, second.until_ns),
        width=max(first.width, second.width),
        called=max(first, second, key=lambda step: step.total_ns).called,
        children=_merged([*first.children, *second.children]),
    )
