"""A service as people have them, of known cost: the real command's first screen says what to change."""

import os
import re
import subprocess
import sys

import pytest
from services.installing import install

from lifespan_cli.options import SECOND_NS, duration

COMMAND = (sys.executable, "-m", "lifespan_cli")
SCREEN = 42
"""Lines of a terminal that a person sees at once, at the least."""
ROW = re.compile(r" +([\d.]+ m?s) +\d+%  [━╸╺ ]{8}  (waiting|blocking|computing|in thread) +(\S+)[ ,]+(.*)")
LINK = re.compile(r" +\+([\d.]+ [µm]?s) +([\d.]+ m?s)  ([━╸╺─╴╶ ]+)  (\S.*)")
LEAST = 0.75
"""How much of its cost a statement is told, where looks at it come late. How exact the times are is a benchmark's."""
SLACK_MS = 60
"""How much more it is told than the library that was called has measured itself, which is back before the next look."""


COSTS_MS = {
    "shop/db.py:11": (1200, "waiting"),
    "shop/db.py:19": (900, "blocking"),
    "shop/recommend.py:7": (350, "in thread"),
    "shop/cache.py:25": (400, "waiting"),
    "cloudsdk": (250, "waiting"),
    "shop/messaging.py:17": (200, "waiting"),
    "shop/db.py:15": (100, "waiting"),
}
"""What waits in the shop, and for how long."""
COMPUTING = {"tabular", "shop.pricing", "shop/search.py:17", "shop/search.py:18"}
"""What computes there: 700 ms, 120 ms and 200 ms of the processor's time."""


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> tuple[list[str], dict[str, float]]:
    """What the command prints of the shop, as lines, and how long its calls of libraries really took, in ms."""
    project = install("shop", tmp_path_factory.mktemp("service"))
    others = ("LIFESPAN_CHECK_", "VIRTUAL_ENV", "CONDA_", "FORCE_COLOR")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    measured = project / "stopwatch"
    environ |= {"COLUMNS": "100", "STOPWATCH": str(measured)}
    done = subprocess.run(COMMAND, cwd=project, env=environ, capture_output=True, timeout=300)
    assert not done.stderr
    took = [line.split() for line in measured.read_text().splitlines()]
    return done.stdout.decode().splitlines(), {place: int(ns) / 1e6 for place, ns in took}


@pytest.fixture
def page(run) -> list[str]:
    """The page alone."""
    return run[0]


def ms(text: str) -> float:
    return duration().read(text.replace(" ", ""), None) / SECOND_NS * 1000


def rows(page: list[str]) -> dict[str, tuple[float, str, str]]:
    """What each row of a ranking is about: its time in ms, what it did, and the rest of the line."""
    found = filter(None, map(ROW.fullmatch, page))
    return {match[3].rstrip(","): (ms(match[1]), match[2], match[4]) for match in found}


def test_the_three_dearest_things_are_named_on_the_first_screen(page):
    seen = rows(page[:SCREEN])
    # where the processor is shared, what computes takes longer and what waits does not: like is compared with like
    waiting = sorted(COSTS_MS.keys() & seen, key=lambda place: -seen[place][0])
    computing = sorted(COMPUTING & seen.keys(), key=lambda place: -seen[place][0])
    assert waiting[:2] == ["shop/db.py:11", "shop/db.py:19"]
    assert computing[0] == "tabular"
    assert seen["shop/db.py:11"][1] == "waiting"
    assert seen["shop/db.py:11"][2].startswith("await pgpool.create_pool(settings")
    assert seen["shop/db.py:19"][1:] == ("blocking", 'migrator.upgrade(settings.dsn, "head")')
    assert re.fullmatch(r"\d+ modules +← shop/routers/reports.py:6", seen["tabular"][2])


@pytest.mark.parametrize("place", COSTS_MS)
def test_each_wait_is_charged_to_its_line(run, place):
    page, measured_ms = run
    cost_ms, kind = COSTS_MS[place]
    took_ms, did, _ = rows(page)[place]
    assert did == kind
    assert measured_ms[place] >= cost_ms
    assert LEAST * cost_ms < took_ms < measured_ms[place] + SLACK_MS


def test_work_of_the_shops_own_modules_is_told_by_the_line(page):
    took_ms, _, rest = rows(page)["shop.pricing"]
    assert took_ms > 110
    assert re.fullmatch(r"your code +shop/pricing.py:13  TABLE = _table\(\)", rest)
    # A loop is told by the line of it that was seen most, or by both, for its two lines are seen about as often.
    loop = {
        "shop/search.py:17": "while time.thread_time() < end:",
        "shop/search.py:18": "index[len(index)] = str(len(index))",
    }
    seen = {place: row for place, row in rows(page).items() if place in loop}
    assert sum(took_ms for took_ms, _, _ in seen.values()) > LEAST * 200
    for place, (_, did, rest) in seen.items():
        assert rest == loop[place]
        assert did in ("computing", "blocking")  # the latter where it had the processor for less than half of the time


def test_tasks_in_parallel_are_told_in_one_row(page):
    (index,) = (index for index, line in enumerate(page) if "shop/cache.py:25 " in line and "await" in line)
    assert "3 tasks in parallel" in page[index] + page[index + 1]


def test_the_chain_is_in_the_order_of_time_with_the_lines_of_the_lifespan(page):
    links = [match for match in map(LINK.fullmatch, page) if match]
    assert [ms(link[1]) for link in links] == sorted(ms(link[1]) for link in links)
    words = [link[4] for link in links if not set(link[3]) & set("─╴╶")]
    wanted = [
        "create_pool ← shop/db.py:11 ← shop/main.py:18",
        "upgrade ← shop/db.py:19 ← shop/main.py:23",
        "Model.from_file ← shop/recommend.py:7 ← shop/main.py:24",
        "Client.load ← shop/cache.py:25 ← … ← shop/main.py:25",
    ]
    assert [word for word in words if word in wanted] == wanted
    assert [link[4] for link in links if set(link[3]) & set("─╴╶")] == [
        "Client.load ← shop/cache.py:29 ← … ← shop/main.py:25"
    ]
