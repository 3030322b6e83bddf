"""The phases of several runs in the form of hyperfine: `1.02 s ± 13.1 ms   (1.01 s … 1.04 s, 3 runs)`."""

from collections.abc import Mapping

from lifespan_cli.model import PhaseName, Statistics
from lifespan_cli.output.units import duration

_LEAST = (8, 10, 0)
"""Cells of the name, the median and the deviation, at least."""


def summary_lines(statistics: Mapping[PhaseName, Statistics], *, unicode: bool = True) -> list[str]:
    """A heading, then for each phase the median of its wall times, their standard deviation, the shortest and the
    longest of them and how many runs came to it, in aligned columns. What one run alone cannot have is left out.
    """
    sign, to = ("±", "…") if unicode else ("+-", "...")
    rows: list[tuple[str, str, str, str]] = [
        (name, duration(item.median_ns, unicode=unicode), *_scatter(item, sign, to, unicode))
        for name, item in statistics.items()
    ]
    rows.insert(0, ("phase", "median", f"{sign} deviation", f"(min {to} max, runs)"))
    widths = [max(least, *(len(row[column]) for row in rows)) for column, least in enumerate(_LEAST)]
    return [
        f"{name:{widths[0]}}{median:>{widths[1]}} {deviation:{widths[2]}}  {rest}"
        for name, median, deviation, rest in rows
    ]


def _scatter(item: Statistics, sign: str, to: str, unicode: bool) -> tuple[str, str]:
    if item.runs == 1:
        return "", "(1 run)"
    deviation, shortest, longest = (duration(ns, unicode=unicode) for ns in (item.stddev_ns, item.min_ns, item.max_ns))
    return f"{sign} {deviation}", f"({shortest} {to} {longest}, {item.runs} runs)"
