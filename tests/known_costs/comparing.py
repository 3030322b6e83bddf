"""Runs an application of known cost under the probe, and lays what the samples say beside what it says itself."""

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from msgspec.structs import astuple

from lifespan_cli import launch
from lifespan_cli.model.events import Begin, End, Event, Sampled

APPS = Path(__file__).parent
LIMIT_NS = 60_000_000_000
PHASES = ("startup", "shutdown")
EVERY = (
    ("on_asyncio", "asyncio"),
    ("on_asyncio", "uvloop"),
    ("on_anyio", "asyncio"),
    ("on_anyio", "uvloop"),
    ("on_anyio", "trio"),
    ("on_trio", "trio"),
)
"""Each application on each backend that it knows."""


@dataclass(frozen=True)
class Statement:
    """One line of the lifespan: what it really took, what the samples say, how much of that in the right place."""

    name: str
    real_ns: int
    sampled_ns: int
    inside_ns: int

    @property
    def error_ns(self) -> int:
        """How far off the samples are."""
        return abs(self.sampled_ns - self.real_ns)


@dataclass(frozen=True)
class Comparison:
    """A run."""

    statements: tuple[Statement, ...]
    phases_ns: int
    """Startup and shutdown together, as the probe's clock has it."""
    others_ns: int
    """Charged to tasks and callbacks that the lifespan does not wait for."""
    interval_ns: int
    """The sampling interval of startup, as the probe tells it."""

    @property
    def right_share(self) -> float:
        """The share of the time in known statements that the samples charge to the right one."""
        right_ns = sum(min(one.sampled_ns, one.real_ns) for one in self.statements)
        return right_ns / sum(one.real_ns for one in self.statements)

    @property
    def median_ns(self) -> int:
        """The median error."""
        return round(median(one.error_ns for one in self.statements))

    @property
    def misplaced(self) -> list[Statement]:
        """The statements of which the greater part is not in the function that did it."""
        return [one for one in self.statements if one.inside_ns < one.real_ns / 2]

    @property
    def worst(self) -> Statement:
        """The statement that is furthest off."""
        return max(self.statements, key=lambda one: one.error_ns)


def interpreters() -> list[str]:
    """Interpreters that have anyio, trio and uvloop: those that the environment names, else ours."""
    named = os.environ.get("LIFESPAN_CHECK_TEST_PYTHONS", "")
    return [python for python in named.split(os.pathsep) if python] or [sys.executable]


def order(python: str, module: str, backend: str, app_dir: Path = APPS, **fields) -> launch.Order:
    """What `launch.spawn` takes, for the `app` of a module."""
    settings = {"attribute": "app", "factory": False, "preload": (), "hold_ns": 0, "limit_ns": lambda _: LIMIT_NS}
    target = f"{module}:app"
    return launch.Order(
        python=python, target=target, module=module, app_dir=str(app_dir), backend=backend, **settings | fields
    )


def probe(wanted: launch.Order) -> tuple[Event, ...]:
    """Every event of one run."""
    return launch.watch(launch.spawn(wanted), lambda _: None)


def compare(python: str, module: str, backend: str) -> Comparison:
    """Run one of the applications here."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "truth.json")
        events = probe(order(python, module, backend, env={"TRUTH": str(path)}))
        if not path.exists():
            raise AssertionError(f"{module} did not come to its end: {events[-1]}")
        costs = json.loads(path.read_text())
    rows = list(rows_of(events))
    lines = sorted({cost["line"] for cost in costs})
    statements = [_statement(rows, module, line, [cost for cost in costs if cost["line"] == line]) for line in lines]
    others_ns = sum(row[6] for row in rows if row[0] == 0 and row[4] == "other tasks and callbacks")
    interval_ns = next(event.every_ns for event in events if isinstance(event, Sampled) and event.phase == "startup")
    return Comparison(tuple(statements), _phases_ns(events), others_ns, interval_ns)


def rows_of(events: Iterable[Event], phases: tuple[str, ...] = PHASES) -> Iterator[tuple]:
    """The rows of the call trees of these phases, as the columns of `SampledLine`."""
    for event in events:
        if isinstance(event, Sampled) and event.phase in phases:
            yield from map(astuple, event.rows)


def _statement(rows: list[tuple], module: str, line: int, costs: list[dict]) -> Statement:
    places = list(_at(rows, module, line))
    inside = {cost["inside"] for cost in costs}
    return Statement(
        " + ".join(cost["name"] for cost in costs),
        sum(cost["wall_ns"] for cost in costs),
        sum(rows[place][6] for place in places),
        sum(_inside(rows, place, inside) for place in places),
    )


def _at(rows: list[tuple], module: str, line: int) -> Iterator[int]:
    for index, row in enumerate(rows):
        if row[1].rpartition(".")[2] == "lifespan" and row[2].endswith(f"/{module}.py") and row[3] == line:
            yield index


def _inside(rows: list[tuple], place: int, names: set[str]) -> int:
    """The time below a row, itself included, in the outermost rows of the functions of these names."""
    total_ns, skip = 0, None
    for index in range(place, len(rows)):
        depth, name, *_ = rows[index]
        if index > place and depth <= rows[place][0]:
            break
        if skip is not None and depth > skip:
            continue
        skip = None
        if name.rpartition(".")[2] in names:
            total_ns += rows[index][6]
            skip = depth
    return total_ns


def _phases_ns(events: Iterable[Event]) -> int:
    began = {event.phase: event.at_ns for event in events if isinstance(event, Begin)}
    return sum(event.at_ns - began[event.phase] for event in events if isinstance(event, End) and event.phase in PHASES)
