"""What recording imports and sampling cost the application: the probe with both on beside the probe with both off.

python tests/benchmarks/overhead.py [--rounds N] [--python PATH]
"""

import argparse
import random
import statistics
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from known_costs.comparing import order, probe
from rounds import APPS, conditions, shown

from lifespan_cli.model.events import Begin, Bye, End, Event

GOALS = {("import", "cpu"): 0.03, ("startup", "wall"): 0.01}
SHORTEST_NS = 50_000_000
"""A share of a phase that takes less says nothing: one garbage collection more is a third of it."""
DRAWS = 1000
PHASES = ("import", "startup", "shutdown")


def phases(events: Iterable[Event]) -> dict[tuple[str, str], int]:
    """Wall and CPU time of each phase, and of the whole process up to the probe's last line (ns)."""
    found: dict[tuple[str, str], int] = {}
    began: dict[str, Begin] = {}
    for event in events:
        if isinstance(event, Begin):
            began[event.phase] = event
        elif isinstance(event, End) and event.phase in PHASES:
            found[event.phase, "wall"] = event.at_ns - began[event.phase].at_ns
            found[event.phase, "cpu"] = event.cpu_ns - began[event.phase].cpu_ns
        elif isinstance(event, Bye):
            found["process", "cpu"] = event.cpu_ns
    return found


def measured(python: str, module: str, rounds: int) -> Mapping[tuple[str, str], tuple[list[int], list[int]]]:
    """For each figure the values with both off and with both on, taken in turn; the first round does not count."""
    taken: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
    for turn in range(rounds + 1):
        for on in (turn % 2 == 0, turn % 2 == 1):
            events = probe(order(python, module, "asyncio", APPS, measure=on))
            for name, value_ns in phases(events).items():
                if turn:
                    taken.setdefault(name, ([], []))[on].append(value_ns)
        print(f"\r{module}: round {turn} of {rounds}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return taken


def main() -> None:
    """Measure, and print it as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--python", default=sys.executable)
    arguments = parser.parse_args()
    print(conditions(arguments.rounds))
    for module in ("fastapi_app", "service_app"):
        print(f"\n| `{module}` | off | on | more | 90 % interval | |\n|---|--:|--:|--:|--:|---|")
        for name, (off, on) in measured(arguments.python, module, arguments.rounds).items():
            print(_row(name, off, on))


def _row(name: tuple[str, str], off: list[int], on: list[int]) -> str:
    """The medians, and the median of what each round cost more, since neighbours share the machine's moods."""
    off_ns, on_ns = (round(statistics.median(values)) for values in (off, on))
    shares = [with_ns / without_ns - 1 for without_ns, with_ns in zip(off, on, strict=True)]
    more, (least, most) = statistics.median(shares), _interval(shares)
    goal = GOALS.get(name) if off_ns >= SHORTEST_NS else None
    met = "" if goal is None else f"{'met' if more <= goal else 'MISSED'} (goal: at most {goal:+.0%})"
    return f"| {' '.join(name)} | {shown(off_ns)} | {shown(on_ns)} | {more:+.1%} | {least:+.1%} … {most:+.1%} | {met} |"


def _interval(values: list[float]) -> tuple[float, float]:
    """Of the median, by drawing the values anew."""
    medians = sorted(statistics.median(random.choices(values, k=len(values))) for _ in range(DRAWS))
    return medians[DRAWS // 20], medians[-DRAWS // 20]


if __name__ == "__main__":
    main()
