"""The table of the text report: each line that takes long has its own row, with the time that it took."""

import json
import re
from pathlib import Path

import pytest
from conftest import call

APP = """\
import asyncio, json, os, time

took = {}

class measured:
    def __init__(self, name): self.name = name
    def __enter__(self): self.began = time.perf_counter()
    def __exit__(self, *_): took[self.name] = took.get(self.name, 0) + time.perf_counter() - self.began

def compute(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until: pass

def one_function():
    with measured("first"): time.sleep(0.3)
    with measured("second"): compute(0.25)
    with measured("third"): time.sleep(0.2)

async def start(seconds):
    with measured(f"start {seconds}"): await asyncio.sleep(seconds)

async def app(scope, receive, send):
    await receive()
    one_function()
    with measured("comprehension"): [time.sleep(0.1) for _ in range(2)]
    with measured("lambda"): (lambda: time.sleep(0.2))()
    await asyncio.gather(*(start(seconds) for seconds in (0.2, 0.3, 0.4)))
    with measured("thread"): await asyncio.to_thread(time.sleep, 0.25)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    with measured("shutdown"): await asyncio.sleep(0.35)
    await send({"type": "lifespan.shutdown.complete"})
    with open("truth.json", "w") as file: json.dump(took, file)
"""
ROW = re.compile(r"^ *(?P<number>[\d.]+) (?P<unit>ms|s) +\d+ % .* main\.py:(?P<line>\d+)$", re.MULTILINE)
SLACK_S = 0.06
"""What a busy machine may put between the clock of the application and ours."""
EXPECTED = {
    "first": ("time.sleep(0.3)", "blocks the loop"),
    "second": ("while time.perf_counter()", "blocks the loop, CPU"),
    "third": ("time.sleep(0.2)\n\nasync def start", "blocks the loop"),
    "comprehension": ("[time.sleep(0.1)", "blocks the loop"),
    "lambda": ("(lambda: time.sleep(0.2))", "blocks the loop"),
    "start 0.4": ("await asyncio.sleep(seconds)", "waits, 3 in parallel"),
    "thread": ("await asyncio.to_thread", "in a thread"),
    "shutdown": ("await asyncio.sleep(0.35)", "waits"),
}


@pytest.mark.parametrize("backend", ["asyncio", "uvloop"])
def test_each_line_has_a_row_with_the_time_that_it_took(backend: str, tmp_path: Path):
    (tmp_path / "main.py").write_text(APP)
    outcome = call(("main:app", "--backend", backend, "--ignore", "LS2"), tmp_path, {"COLUMNS": "160"})
    assert outcome.exit_code == 0, outcome.stdout
    check_rows(outcome.stdout, APP, json.loads((tmp_path / "truth.json").read_text()), EXPECTED, imports=1)


def check_rows(printed: str, source: str, truth: dict, expected: dict, imports: int) -> None:
    """Each of these has one row, and no other line has one but the `imports` first, which import the backend."""
    rows = {int(row["line"]): row for row in ROW.finditer(printed)}
    for name, (text, kind) in expected.items():
        line = source[: source.index(text)].count("\n") + 1
        shown = rows[line]
        seconds = float(shown["number"]) * (1 if shown["unit"] == "s" else 1e-3)
        assert abs(seconds - truth[name]) <= SLACK_S, (name, shown[0])
        assert kind in shown[0], (name, shown[0])
    assert len([line for line in rows if line > imports]) == len(expected)


TRIO = """\
import json, time
import trio

took = {}

class measured:
    def __init__(self, name): self.name = name
    def __enter__(self): self.began = time.perf_counter()
    def __exit__(self, *_): took[self.name] = took.get(self.name, 0) + time.perf_counter() - self.began

def one_function():
    with measured("first"): time.sleep(0.3)
    with measured("second"): time.sleep(0.2)

async def start(seconds):
    with measured(f"start {seconds}"): await trio.sleep(seconds)

async def app(scope, receive, send):
    await receive()
    one_function()
    async with trio.open_nursery() as nursery:
        for seconds in (0.2, 0.3, 0.4):
            nursery.start_soon(start, seconds)
    with measured("thread"): await trio.to_thread.run_sync(time.sleep, 0.25)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
    with open("truth.json", "w") as file: json.dump(took, file)
"""
ON_TRIO = {
    "first": ("time.sleep(0.3)", "blocks the loop"),
    "second": ("time.sleep(0.2)", "blocks the loop"),
    "start 0.4": ("await trio.sleep(seconds)", "waits, 3 in parallel"),
    "thread": ("await trio.to_thread", "in a thread"),
}


def test_on_trio_each_line_has_a_row_with_the_time_that_it_took(tmp_path: Path):
    (tmp_path / "main.py").write_text(TRIO)
    outcome = call(("main:app", "--backend", "trio", "--ignore", "LS2"), tmp_path, {"COLUMNS": "160"})
    assert outcome.exit_code == 0, outcome.stdout
    check_rows(outcome.stdout, TRIO, json.loads((tmp_path / "truth.json").read_text()), ON_TRIO, imports=2)
