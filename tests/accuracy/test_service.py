"""A service as people have them, of known cost: the real command's first screen says what to change."""

import os
import re
import subprocess
import sys
from itertools import takewhile
from typing import NamedTuple

import pytest
from services.installing import install

from lifespan_cli.options import SECOND_NS, duration

COMMAND = (sys.executable, "-m", "lifespan_cli")
SCREEN = 24
"""Lines of a terminal that a person sees at once, at the least."""
ROW = re.compile(
    r" +(?P<took>[\d.]+ m?s) +\d+ %  (?P<what>\S.*?)"
    r"(?: {2,}(?P<did>waits|blocks the loop, CPU|blocks the loop|in a thread)(?P<many>, \d+ in parallel)?)?"
    r" {2,}(?P<place>\S+:\d+)"
)
LINK = re.compile(r" +\+([\d.]+ [µm]?s) +([\d.]+ m?s)  ([━╸╺─╴╶ ]+)  (\S.*)")
LEAST = 0.75
"""How much of its cost a statement is charged, where samples come late. How exact times are is a benchmark's."""
SLACK_MS = 60
"""How much more it is charged than the library that was called measured, which is back before the next sample."""


COSTS_MS = {
    "shop/db.py:11": (1200, "waits"),
    "shop/db.py:19": (900, "blocks the loop"),
    "shop/recommend.py:7": (350, "in a thread"),
    "shop/cache.py:25": (400, "waits"),
    "shop/settings.py:6": (250, None),
    "shop/messaging.py:17": (200, "waits"),
    "shop/db.py:15": (100, "waits"),
}
"""What waits in the shop, and for how long; the settings import a library that does."""
MEASURED_AS = {"shop/settings.py:6": "cloudsdk"}
COMPUTING_MS = {"shop/routers/reports.py:6": 700, "shop/routers/orders.py:8": 120}
"""What computes there while it is imported, by the statement that imports it."""


class Run(NamedTuple):
    """What the command prints of the shop, as lines; what `-v` adds; how long calls of libraries took, in ms."""

    page: list[str]
    verbose: list[str]
    measured_ms: dict[str, float]


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """One run of the shop."""
    project = install("shop", tmp_path_factory.mktemp("service"))
    others = ("LIFESPAN_CHECK_", "VIRTUAL_ENV", "CONDA_", "FORCE_COLOR")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    measured = project / "stopwatch"
    environ |= {"COLUMNS": "100", "STOPWATCH": str(measured)}

    def printed(*words: str) -> list[str]:
        done = subprocess.run((*COMMAND, *words), cwd=project, env=environ, capture_output=True, timeout=300)
        assert not done.stderr
        return done.stdout.decode().splitlines()

    page = printed("--report", "json=report.json")
    took = [line.split() for line in measured.read_text().splitlines()]
    verbose = printed("--load", "report.json", "-v")
    return Run(page, verbose, {place: int(ns) / 1e6 for place, ns in took})


@pytest.fixture
def page(run) -> list[str]:
    """The page alone."""
    return run.page


def ms(text: str) -> float:
    return duration().read(text.replace(" ", ""), None) / SECOND_NS * 1000


def rows(page: list[str]) -> dict[str, re.Match[str]]:
    """The rows of the tables by their places."""
    return {match["place"]: match for match in filter(None, map(ROW.fullmatch, page))}


def test_the_longest_waits_and_the_longest_import_are_named_on_the_first_screen(page):
    seen = rows(page[:SCREEN])
    # where the processor is shared, what computes takes longer and what waits does not: like is compared with like
    waits = sorted(COSTS_MS.keys() & seen, key=lambda place: -ms(seen[place]["took"]))
    assert waits[:2] == ["shop/db.py:11", "shop/db.py:19"]
    assert max(COMPUTING_MS.keys() & seen, key=lambda place: ms(seen[place]["took"])) == "shop/routers/reports.py:6"
    assert seen["shop/db.py:11"]["what"].startswith("connections = await pgpool.create")
    assert seen["shop/db.py:19"]["what"].startswith("migrator.upgrade(settings.dsn")
    assert re.fullmatch(r"import tabular \(\d+ modules\)", seen["shop/routers/reports.py:6"]["what"])


@pytest.mark.parametrize("place", COSTS_MS)
def test_each_wait_is_charged_to_its_line(run, place):
    cost_ms, did = COSTS_MS[place]
    row = rows(run.page)[place]
    measured_ms = run.measured_ms[MEASURED_AS.get(place, place)]
    assert row["did"] == did
    assert measured_ms >= cost_ms
    assert LEAST * cost_ms < ms(row["took"]) < measured_ms + SLACK_MS


@pytest.mark.parametrize("place", COMPUTING_MS)
def test_an_import_that_computes_is_charged_to_who_asks_for_it(page, place):
    assert ms(rows(page)[place]["took"]) > LEAST * COMPUTING_MS[place]


def test_work_at_import_is_reported_at_its_line(page):
    assert "  --> shop/pricing.py:13" in page


def test_tasks_in_parallel_are_one_row(page):
    assert rows(page)["shop/cache.py:25"]["many"] == ", 3 in parallel"


def test_the_call_that_blocks_is_moved_to_a_thread_at_the_line_of_its_coroutine(page):
    assert any("`await asyncio.to_thread(db.migrate, settings)` at main.py:23." in line for line in page)


def test_the_critical_path_is_in_the_order_of_time_with_the_lines_of_the_lifespan(run):
    (index,) = (
        index
        for index, line in enumerate(run.verbose)
        if "critical path, and off it" in line and any("create_pool" in link for link in run.verbose[index:][:4])
    )
    links = list(takewhile(bool, map(LINK.fullmatch, run.verbose[index + 1 :])))
    assert [ms(link[1]) for link in links] == sorted(ms(link[1]) for link in links)
    words = [link[4] for link in links if not set(link[3]) & set("─╴╶")]
    wanted = [
        "create_pool ← shop/db.py:11 ← shop/main.py:18",
        "upgrade ← shop/db.py:19 ← shop/main.py:23",
        "Model.from_file ← shop/recommend.py:7 ← shop/main.py:24",
        "Client.load ← shop/cache.py:25 ← shop/cache.py:17 ← shop/main.py:25",
    ]
    assert [word for word in words if word in wanted] == wanted
    off = [link[4] for link in links if set(link[3]) & set("─╴╶")]
    assert "Client.load ← shop/cache.py:29 ← shop/cache.py:17 ← shop/main.py:25" in off
