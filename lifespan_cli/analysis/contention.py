"""What a time was: waiting, blocking or computing. Decided here alone, with one threshold.

On a busy machine everything takes longer alike: what computes gets the processor for a part of its time only, and
must not be taken for what waits. How large that part is shows in what surely computes, the imports of small modules.
"""

from typing import Literal

from msgspec.structs import replace

from lifespan_cli.model import Frame, Run
from lifespan_cli.model.diagnosis import Contention

LEAST_NS = 50_000_000
"""Less tells nothing of the machine, and a shorter import is one that has no time to wait."""
FACTOR = 3
"""What computes for less than a third of the time that it could have computed blocks or waits."""


def contention_of(run: Run, besides: str = "") -> Contention:
    """How much of the processor a run got, as far as is known without the package `besides`.

    Known are what the tool itself imports, and the libraries' small modules; where these took too little time to tell,
    all of the libraries' modules, of which most compute.
    """
    entries = [one for one in run.imports if not one.user and one.module.partition(".")[0] != besides]
    runtime = run.phase("runtime")
    known = [(runtime.wall_ns, runtime.cpu_ns)] if runtime is not None and runtime.cpu_ns is not None else []
    known += [(one.self_ns, one.self_cpu_ns) for one in entries if one.self_ns < LEAST_NS]
    wall_ns = sum(wall for wall, _ in known)
    if wall_ns > LEAST_NS:
        return Contention(min(sum(cpu for _, cpu in known) / wall_ns, 1.0))
    known += [(one.self_ns, one.self_cpu_ns) for one in entries if one.self_ns >= LEAST_NS]
    return Contention(_median_share(known))


def _median_share(known: list[tuple[int, int]]) -> float:
    """The share that half of the wall time had at least; 1 for too little time to tell."""
    left_ns = sum(wall for wall, _ in known) / 2
    if left_ns <= LEAST_NS:
        return 1.0
    for share, wall_ns in sorted((min(cpu / max(wall, 1), 1.0), wall) for wall, cpu in known):
        left_ns -= wall_ns
        if left_ns <= 0:
            return share
    return 1.0


def computes(wall_ns: int, cpu_ns: int, contention: Contention) -> bool:
    """Whether the time of a running thread was computing, perhaps in want of a processor, and not a blocking call."""
    return FACTOR * cpu_ns >= contention.share * wall_ns


def kind_of(
    wall_ns: int, waiting_ns: int, cpu_ns: int, contention: Contention
) -> Literal["waiting", "blocking", "computing"]:
    """What most of a time was, of which the event loop was idle for `waiting_ns`."""
    running_ns = wall_ns - waiting_ns
    if waiting_ns >= running_ns:
        return "waiting"
    return "computing" if computes(running_ns, cpu_ns, contention) else "blocking"


def classified(run: Run) -> Run:
    """The run with the kind of every frame."""
    contention = contention_of(run)
    phases = (
        replace(phase, frames=tuple(_classified(frame, contention) for frame in phase.frames)) for phase in run.phases
    )
    return replace(run, phases=tuple(phases))


def _classified(frame: Frame, contention: Contention) -> Frame:
    kind = kind_of(frame.total_ns - frame.delay_ns, frame.waiting_ns, frame.cpu_ns, contention)
    children = tuple(_classified(child, contention) for child in frame.children)
    return replace(frame, kind=kind, children=children)


def waits(wall_ns: int, cpu_ns: int, contention: Contention) -> bool:
    """Whether an import waited for most of its time, and long enough to be worth a word."""
    return wall_ns - cpu_ns > LEAST_NS and not computes(wall_ns, cpu_ns, contention)


def alone_ns(wall_ns: int, cpu_ns: int, contention: Contention) -> int:
    """What would have taken how long with the processor to itself: what it computed, and what it waited."""
    computing_ns = int(cpu_ns / contention.share) if contention.share else wall_ns
    return min(wall_ns, cpu_ns + max(0, wall_ns - computing_ns))
