"""Whether something waited, or only had to share the processor: a busy machine makes everything slower alike. Pure."""

from collections.abc import Iterable

from lifespan_cli.model import Run

LEAST_NS = 50_000_000
"""A shorter wait is not worth a word."""
FACTOR = 3
"""What waits computed so many times less of its time than the rest did."""
UNKNOWN = 0.5
"""The pace to reckon with where there is nothing to tell it from: better silent than wrong."""


def pace(others: Iterable[tuple[int, int]]) -> float:
    """The share of their time that things which do not wait could compute, from pairs of wall and CPU time (ns).

    `UNKNOWN` where there is too little to tell from.
    """
    pairs = list(others)
    wall_ns, cpu_ns = sum(wall for wall, _ in pairs), sum(cpu for _, cpu in pairs)
    return min(cpu_ns / wall_ns, 1) if wall_ns > LEAST_NS else UNKNOWN


def waits(wall_ns: int, cpu_ns: int, at_pace: float) -> bool:
    """Whether what took that long, and computed for that long, waited most of the time."""
    return wall_ns - cpu_ns > LEAST_NS and FACTOR * cpu_ns < at_pace * wall_ns


def pace_of(run: Run) -> float:
    """The pace of a run, from the libraries' modules that it imported: the small ones, which have no time to wait.

    1, which lets times stand as they are, where these are too few to tell from.
    """
    small = [entry for entry in run.imports if not entry.user and entry.self_ns < LEAST_NS]
    if sum(entry.self_ns for entry in small) <= LEAST_NS:
        return 1
    return pace((entry.self_ns, entry.self_cpu_ns) for entry in small)


def alone_ns(wall_ns: int, cpu_ns: int, at_pace: float) -> int:
    """What would have taken how long with the processor to itself: what it computed, and what it waited."""
    computing_ns = int(cpu_ns / at_pace) if at_pace else wall_ns
    return min(wall_ns, cpu_ns + max(0, wall_ns - computing_ns))
