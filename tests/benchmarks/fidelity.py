"""Whether the reported import time is the one that a bare interpreter measures of itself.

python tests/benchmarks/fidelity.py [--rounds N]
"""

import argparse
import json
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from rounds import APPS, conditions, medians, shown

COMMAND = Path(sysconfig.get_path("scripts"), "lifespan-check")
BARE = """
import sys, time
sys.path.insert(0, sys.argv[1])
began_ns = time.perf_counter_ns()
import {module}
print(time.perf_counter_ns() - began_ns)
"""
MODULES = ("raw_app", "fastapi_app")
GOAL = 0.03


def bare(module: str) -> Callable[[], int]:
    """A contender: the interpreter's own measurement (ns)."""
    words = [sys.executable, "-c", BARE.format(module=module), str(APPS)]
    return lambda: int(subprocess.run(words, capture_output=True, check=True).stdout)


def reported(module: str) -> Callable[[], int]:
    """A contender: the phase import of the report (ns)."""
    words = [
        str(COMMAND),
        f"{module}:app",
        "--app-dir",
        str(APPS),
        "--python",
        sys.executable,
        "--output-format",
        "json",
    ]

    def run() -> int:
        report = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
        phases = report["targets"][0]["runs"][0]["phases"]
        return int(next(phase["wall_ns"] for phase in phases if phase["name"] == "import"))

    return run


def main() -> None:
    """Measure, and print it as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    contenders = {f"{way.__name__} {module}": way(module) for module in MODULES for way in (bare, reported)}
    measured = medians(contenders, rounds)
    print(f"{conditions(rounds)}\n\n| import of | bare interpreter | reported | ratio |\n|---|--:|--:|--:|")
    for module in MODULES:
        bare_ns, reported_ns = measured[f"bare {module}"], measured[f"reported {module}"]
        print(f"| `{module}` | {shown(bare_ns)} | {shown(reported_ns)} | {reported_ns / bare_ns:.3f} |")
    off = measured["reported fastapi_app"] / measured["bare fastapi_app"] - 1
    print(f"\n- {'met' if abs(off) <= GOAL else 'MISSED'}: `fastapi_app` is {off:+.1%} off (goal: within {GOAL:.0%})")


if __name__ == "__main__":
    main()
