"""How near the samples come to what applications that know their own costs really spent, statement by statement.

LIFESPAN_CHECK_TEST_PYTHONS=python3.10:python3.13 python tests/benchmarks/attribution.py [--rounds N]
"""

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from known_costs.comparing import EVERY, Comparison, compare, interpreters
from rounds import conditions

SHARE, MEDIAN_NS, WORST_NS = 0.97, 2_000_000, 10_000_000


def main() -> None:
    """Measure, and print it as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    print(f"{conditions(rounds)}; goals: {SHARE:.0%} on the right statement, median error {MEDIAN_NS // 1_000_000} ms,")
    print(f"none above {WORST_NS // 1_000_000} ms or two sampling intervals, as measured in the same run\n")
    heads = "statements | right | median error | sampled every | worst of a run | worst of all"
    print(f"| CPython | application | backend | {heads} | |")
    print("|---|---|---|--:|--:|--:|--:|--:|---|---|")
    for python in interpreters():
        for module, backend in EVERY:
            print(_row(python, module, backend, [compare(python, module, backend) for _ in range(rounds)]), flush=True)


def _row(python: str, module: str, backend: str, runs: list[Comparison]) -> str:
    """One line; each figure is the median over the runs of that run's figure, the named statement the worst of all."""
    words = [python, "-c", "import platform; print(platform.python_version())"]
    version = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    share = statistics.median(run.right_share for run in runs)
    median_ns = statistics.median(run.median_ns for run in runs)
    every_ns = statistics.median(run.interval_ns for run in runs)
    worst_ns = statistics.median(run.worst.error_ns for run in runs)
    beyond = statistics.median(run.worst.error_ns - max(WORST_NS, 2 * run.interval_ns) for run in runs)
    worst = max((run.worst for run in runs), key=lambda statement: statement.error_ns)
    met = share >= SHARE and median_ns <= MEDIAN_NS and beyond <= 0
    times = (median_ns, every_ns, worst_ns, worst.error_ns)
    figures = " | ".join([f"{share:.1%}", *(f"{ns / 1e6:.1f} ms" for ns in times)])
    where = f"{version} | {module} | {backend} | {len(runs[0].statements)}"
    how = "MISSED" if not met else "met" if worst_ns <= WORST_NS else "met, by two intervals"
    return f"| {where} | {figures} ({worst.name}) | {how} |"


if __name__ == "__main__":
    main()
