"""Contenders take turns, round after round, in an order drawn anew; what counts is each one's median."""

import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)
APPS = Path(__file__).parent / "apps"


def medians(contenders: Mapping[Name, Callable[[], int]], rounds: int) -> dict[Name, int]:
    """The median of what each contender returns (ns); the first round fills the caches and does not count."""
    measured: dict[Name, list[int]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name in random.sample(list(contenders), len(contenders)):
            value_ns = contenders[name]()
            if turn:
                measured[name].append(value_ns)
        print(f"\rround {turn} of {rounds}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return {name: round(statistics.median(values)) for name, values in measured.items()}


def whole(command: Sequence[str | os.PathLike[str]]) -> Callable[[], int]:
    """A contender: the wall time of a command, from its spawn to its end (ns). It has to succeed."""

    def run() -> int:
        began_ns = time.perf_counter_ns()
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
        took_ns = time.perf_counter_ns() - began_ns
        if done.returncode:
            raise SystemExit(f"{command} ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
        return took_ns

    return run


def conditions(rounds: int) -> str:
    """When and on what it was measured."""
    day = datetime.now(UTC).date().isoformat()
    machine = f"{len(os.sched_getaffinity(0))} cores, {platform.system()} {platform.machine()}"
    return f"{day}, {machine}, CPython {platform.python_version()}, medians of {rounds} interleaved rounds"


def shown(value_ns: int) -> str:
    """Milliseconds."""
    return f"{value_ns / 1e6:.1f} ms" if value_ns < 100_000_000 else f"{value_ns / 1e6:.0f} ms"
