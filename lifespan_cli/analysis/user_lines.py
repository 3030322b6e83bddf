"""A phase's call tree in the application's lines: a library's frames are folded into the line that entered them.

So are a lambda, a comprehension and a generator expression that stand in the statement that runs them.
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from msgspec import Struct
from msgspec.structs import replace

from lifespan_cli.model import COLLECTOR, OTHERS, Frame, Phase
from lifespan_cli.sources import in_one_statement

SMALL = 0.01
"""A share of the phase below which what no line of the application's accounts for is not worth a line of its own."""
ANONYMOUS = ("<lambda>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


class Step(Struct, frozen=True):
    """One of the application's lines while it was executed or awaited; or, not `user`, a library's time under no such
    line, or the garbage collector's. All times are ns.

    `total_ns`, `waiting_ns`, `cpu_ns`, `delay_ns` and `critical_ns` include the children, the others leave them out:
    `own_ns` is the line's own time, of which `own_waiting_ns` the event loop was idle, `own_delay_ns` the thread waited
    for a processor, `own_thread_ns` a worker thread did it, and for `own_critical_ns` the end of the phase had to wait.
    A thread's time is its own: whoever awaits it waits.
    """

    function: str
    path: str
    line: int
    source: str
    user: bool
    task: str | None
    lane: int
    """The identity of the task or thread that begins here; 0 elsewhere."""
    width: int
    total_ns: int
    waiting_ns: int
    cpu_ns: int
    delay_ns: int
    critical_ns: int
    own_ns: int
    own_waiting_ns: int
    own_cpu_ns: int
    own_delay_ns: int
    own_thread_ns: int
    own_critical_ns: int
    at_ns: int
    until_ns: int
    called: str
    """The library's function that was entered from this line and took longest, such as `asyncpg: create_pool`."""
    children: tuple["Step", ...] = ()

    @property
    def critical(self) -> bool:
        """The end of the phase had to wait for most of it."""
        return 2 * self.critical_ns > self.total_ns

    @property
    def in_thread(self) -> bool:
        """A worker thread begins here."""
        return _is_thread(self)


def steps(phase: Phase) -> tuple[Step, ...]:
    """The phase's call tree in the application's lines, in the order in which they were first seen."""
    least_ns = int(phase.wall_ns * SMALL)
    found: list[Step] = []
    for frame in phase.frames:
        inner = tuple(_lifted(frame, None))
        found.extend(inner)
        if not frame.user and frame.total_ns - _covered(inner) > least_ns:
            name = frame.function if frame.path == COLLECTOR else f"{package(frame.path)}: {frame.function}"
            rest = replace(_step(frame, inner), function=name, source="", called="", children=())
            found.append(replace(rest, total_ns=rest.own_ns, critical_ns=rest.own_critical_ns))
    return _merged(found)


def _lifted(frame: Frame, caller: Frame | None) -> Iterator[Step]:
    """The frame's step when it is a line of its own, else those below it. `caller` is the application's line above."""
    if frame.user and not (caller is not None and _is_part_of(frame, caller)):
        children = _merged(step for child in frame.children for step in _lifted(child, frame))
        yield _step(frame, children)
        return
    for child in frame.children:
        for step in _lifted(child, caller):
            begins = frame.task is not None and step.task is None
            yield replace(step, task=frame.task, lane=frame.lane, width=frame.width) if begins else step


def _is_part_of(frame: Frame, caller: Frame) -> bool:
    """It is a lambda, a comprehension or a generator expression in the statement that runs it."""
    if frame.path != caller.path or frame.function.rpartition(".")[2] not in ANONYMOUS:
        return False
    return frame.line == caller.line or in_one_statement(frame.path, frame.line, caller.line)


def _step(frame: Frame, children: tuple[Step, ...]) -> Step:
    own_critical_ns = max(0, frame.critical_ns - sum(child.critical_ns for child in children))
    own_ns = max(own_critical_ns, frame.total_ns - _covered(children))
    thread_ns, thread_cpu_ns = _in_threads(frame.children, frame)
    own_waiting_ns, own_cpu_ns, own_delay_ns = _own(frame, children, own_ns)
    own_thread_ns = min(thread_ns, own_ns)
    return Step(
        function=frame.function,
        path=frame.path,
        line=frame.line,
        source=frame.source,
        user=frame.user,
        task=frame.task,
        lane=frame.lane,
        width=frame.width,
        total_ns=frame.total_ns,
        waiting_ns=frame.waiting_ns,
        cpu_ns=frame.cpu_ns,
        delay_ns=frame.delay_ns,
        critical_ns=frame.critical_ns,
        own_ns=own_ns,
        own_waiting_ns=own_waiting_ns,
        own_cpu_ns=own_cpu_ns + min(thread_cpu_ns, own_thread_ns),
        own_delay_ns=own_delay_ns,
        own_thread_ns=own_thread_ns,
        own_critical_ns=own_critical_ns,
        at_ns=frame.at_ns,
        until_ns=frame.until_ns,
        called=_called(frame),
        children=children,
    )


def _covered(found: Iterable[Step]) -> int:
    """The time that these steps account for in their caller: tasks and threads may run at the same time."""
    listed = list(found)
    alone_ns = sum(step.total_ns for step in listed if step.task is None)
    begun = sorted((step.at_ns, step.until_ns) for step in listed if step.task is not None)
    together_ns, reached_ns = 0, -1
    for at_ns, until_ns in begun:
        together_ns += max(0, until_ns - max(at_ns, reached_ns))
        reached_ns = max(reached_ns, until_ns)
    return alone_ns + min(together_ns, sum(step.total_ns for step in listed if step.task is not None))


def _own(frame: Frame, children: Iterable[Step], own_ns: int) -> tuple[int, int, int]:
    """Of a frame's own time, for how long it waited, computed, and waited for a processor.

    Of tasks at one time only those count that the end of the phase waited for; of a frame that it did not wait for,
    the longest.
    """
    begun = [child for child in children if child.task is not None]
    if not frame.critical_ns:
        begun = sorted(begun, key=lambda child: child.total_ns)[-1:]
    inner = [_as_awaited(child, child.critical_ns if frame.critical_ns else child.total_ns) for child in begun]
    inner += [(child.waiting_ns, child.cpu_ns, child.delay_ns) for child in children if child.task is None]
    waiting_ns = _within(frame.waiting_ns - sum(waiting for waiting, _, _ in inner), own_ns)
    cpu_ns = _within(frame.cpu_ns - sum(cpu for _, cpu, _ in inner), own_ns - waiting_ns)
    return waiting_ns, cpu_ns, _within(frame.delay_ns - sum(delay for *_, delay in inner), own_ns - waiting_ns - cpu_ns)


def _as_awaited(begun: Step, part_ns: int) -> tuple[int, int, int]:
    """Waiting time, CPU time and delay of a part of a task's or thread's time, as its caller had them."""
    if begun.in_thread:
        return part_ns, 0, 0
    times = begun.waiting_ns, begun.cpu_ns, begun.delay_ns
    waiting_ns, cpu_ns, delay_ns = (time_ns * part_ns // max(begun.total_ns, 1) for time_ns in times)
    return waiting_ns, cpu_ns, delay_ns


def _in_threads(frames: Iterable[Frame], caller: Frame) -> tuple[int, int]:
    """Wall and CPU time of worker threads below these frames that no line of the application's accounts for."""
    wall_ns = cpu_ns = 0
    for frame in frames:
        if frame.user and not _is_part_of(frame, caller):
            continue
        if _is_thread(frame):
            inner = list(_lifted(frame, caller))
            wall_ns += frame.total_ns - _covered(inner)
            cpu_ns += max(0, frame.cpu_ns - sum(step.cpu_ns for step in inner))
        else:
            inner_ns, inner_cpu_ns = _in_threads(frame.children, caller)
            wall_ns, cpu_ns = wall_ns + inner_ns, cpu_ns + inner_cpu_ns
    return wall_ns, cpu_ns


def _is_thread(begun: Frame | Step) -> bool:
    return begun.task is not None and begun.width == 0 and begun.task != OTHERS


def _within(amount_ns: int, most_ns: int) -> int:
    return max(0, min(amount_ns, most_ns))


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


def _merged(found: Iterable[Step]) -> tuple[Step, ...]:
    """Lines that were reached through different library frames are one line, if the same task is there; in the order
    of time."""
    by_place: dict[tuple[str, str, int, bool, int], Step] = {}
    for step in found:
        key = (step.function, step.path, step.line, step.task is not None, step.lane)
        earlier = by_place.get(key)
        by_place[key] = step if earlier is None else _joined(earlier, step)
    return tuple(sorted(by_place.values(), key=lambda step: step.at_ns))


def _joined(first: Step, second: Step) -> Step:
    return replace(
        first,
        width=max(first.width, second.width),
        total_ns=first.total_ns + second.total_ns,
        waiting_ns=first.waiting_ns + second.waiting_ns,
        cpu_ns=first.cpu_ns + second.cpu_ns,
        delay_ns=first.delay_ns + second.delay_ns,
        critical_ns=first.critical_ns + second.critical_ns,
        own_ns=first.own_ns + second.own_ns,
        own_waiting_ns=first.own_waiting_ns + second.own_waiting_ns,
        own_cpu_ns=first.own_cpu_ns + second.own_cpu_ns,
        own_delay_ns=first.own_delay_ns + second.own_delay_ns,
        own_thread_ns=first.own_thread_ns + second.own_thread_ns,
        own_critical_ns=first.own_critical_ns + second.own_critical_ns,
        at_ns=min(first.at_ns, second.at_ns),
        until_ns=max(first.until_ns, second.until_ns),
        called=max(first, second, key=lambda step: step.total_ns).called,
        children=_merged([*first.children, *second.children]),
    )
