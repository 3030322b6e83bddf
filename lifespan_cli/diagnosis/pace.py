"""Whether something waited, or only had to share the processor: a busy machine makes everything slower alike. Pure."""

from collections.abc import Iterable

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
