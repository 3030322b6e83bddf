"""What the sampler must not do to an application, whatever that is made of; and whose CPU time is whose."""

import os
import subprocess
from pathlib import Path

import pytest
from known_costs.comparing import interpreters, order, probe, rows_of

from lifespan_cli.model.events import Blocked, Raised, Sampled

MS = 1_000_000
PYTHONS = interpreters()


@pytest.fixture(params=PYTHONS, ids=[str(number) for number in range(len(PYTHONS))])
def interpreter(request):
    return request.param


KEEPS = """
import anyio, time, weakref

class Connection: pass

async def app(scope, receive, send):
    await receive()
    connection = Connection()
    alive = weakref.ref(connection)
    await anyio.to_thread.run_sync(lambda _: time.sleep(0.2), connection)
    del connection
    await anyio.sleep(0.1)
    assert alive() is None, "still alive"
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_what_a_thread_was_given_dies_when_the_application_is_done_with_it(interpreter, backend, tmp_path):
    Path(tmp_path, "keeps.py").write_text(KEEPS)
    events = probe(order(interpreter, "keeps", backend, tmp_path))
    assert [event for event in events if isinstance(event, Raised)] == []
    assert any(row[1] == "app" and row[6] >= 100 * MS for row in rows_of(events, ("startup",)))


NAMELESS = """
import asyncio

class Nameless(asyncio.Task):
    def get_name(self):
        raise RuntimeError("no name for you")

async def app(scope, receive, send):
    await receive()

    async def child():
        await asyncio.sleep(0.2)
        await send({"type": "lifespan.startup.complete"})

    await Nameless(child(), loop=asyncio.get_running_loop())
    await asyncio.sleep(0)
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""


def test_a_task_that_does_not_tell_its_name_is_followed_all_the_same(interpreter, tmp_path):
    Path(tmp_path, "nameless.py").write_text(NAMELESS)
    events = probe(order(interpreter, "nameless", "asyncio", tmp_path))
    assert [event for event in events if isinstance(event, Raised)] == []
    (child,) = (row for row in rows_of(events, ("startup",)) if row[1].endswith("child") and row[8] >= 100 * MS)
    assert child[4] == "Nameless"


THREADS = """
import asyncio, time
from concurrent.futures import ThreadPoolExecutor

def burn():
    end = time.thread_time() + 0.15
    while time.thread_time() < end: pass

async def app(scope, receive, send):
    await receive()
    for _ in range(5):
        pool = ThreadPoolExecutor(1)
        await asyncio.get_running_loop().run_in_executor(pool, burn)
        pool.shutdown()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""


def test_one_thread_after_another_is_charged_what_it_computes(interpreter, tmp_path):
    Path(tmp_path, "threads.py").write_text(THREADS)
    rows = rows_of(probe(order(interpreter, "threads", "asyncio", tmp_path)), ("startup",))
    assert 250 * MS <= sum(row[9] for row in rows if row[1] == "burn") <= 800 * MS


STEPS = """
import time
import anyio

async def app(scope, receive, send):
    await receive()
    for _ in range(12):
        time.sleep(0.015)
        await anyio.sleep(0)
    time.sleep(0.06)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""


@pytest.mark.parametrize("backend", ["asyncio", "uvloop", "trio"])
def test_steps_of_the_second_start_are_told_apart_as_those_of_the_first(interpreter, backend, tmp_path):
    Path(tmp_path, "steps.py").write_text(STEPS)
    events = probe(order(interpreter, "steps", backend, tmp_path, restart=True))
    longest = {event.phase: max(row.wall_ns for row in event.rows) for event in events if isinstance(event, Blocked)}
    assert set(longest) == {"startup", "restart"}
    assert all(wall_ns < 150 * MS for wall_ns in longest.values()), longest


WORKS = """
import time

async def app(scope, receive, send):
    await receive()
    end = time.thread_time() + 0.3
    while time.thread_time() < end: pass
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""


def test_the_interval_is_that_of_looks_at_what_computes(interpreter, tmp_path):
    Path(tmp_path, "works.py").write_text(WORKS)
    events = probe(order(interpreter, "works", "asyncio", tmp_path))
    (every_ns,) = (event.every_ns for event in events if isinstance(event, Sampled) and event.phase == "startup")
    assert 2 * MS < every_ns < 300 * MS


MANY_BLOCKS = """
import asyncio, time

async def app(scope, receive, send):
    await receive()
    for _ in range(230):
        time.sleep(0.021)
        await asyncio.sleep(0)
    time.sleep(0.3)
    time.sleep(0.2)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""


def test_a_long_block_after_many_short_ones_is_told_with_each_of_its_lines(interpreter, tmp_path):
    Path(tmp_path, "many.py").write_text(MANY_BLOCKS)
    events = probe(order(interpreter, "many", "asyncio", tmp_path))
    (blocks,) = (event.rows for event in events if isinstance(event, Blocked) and event.phase == "startup")
    longest = max(blocks, key=lambda row: row.wall_ns)
    assert len(blocks) == 200
    assert 480 * MS <= longest.wall_ns <= 700 * MS
    first, second = longest.lines[:2]
    assert (first.calls[-1][2], second.calls[-1][2]) == (9, 10)
    assert 280 * MS <= first.wall_ns <= 400 * MS
    assert 180 * MS <= second.wall_ns <= 300 * MS
    assert first.cpu_ns + second.cpu_ns <= 50 * MS


SHORT_BLOCKS = """
import asyncio, time

async def app(scope, receive, send):
    await receive()
    for _ in range(10):
        time.sleep(0.008)
        await asyncio.sleep(0.01)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""


def test_blocks_as_short_as_the_limit_are_seen(interpreter, tmp_path):
    Path(tmp_path, "short.py").write_text(SHORT_BLOCKS)
    events = probe(order(interpreter, "short", "asyncio", tmp_path, blocking_ns=5 * MS))
    blocks = [row for event in events if isinstance(event, Blocked) and event.phase == "startup" for row in event.rows]
    assert len(blocks) >= 8
    assert not [
        event for event in probe(order(interpreter, "short", "asyncio", tmp_path)) if isinstance(event, Blocked)
    ]


HASHES = """
import hashlib

async def app(scope, receive, send):
    await receive()
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 600_000)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the system does not tell")
def test_a_call_that_waits_for_a_processor_is_told_from_one_that_blocks(interpreter, tmp_path):
    Path(tmp_path, "hashes.py").write_text(HASHES)
    others = [subprocess.Popen([interpreter, "-c", "while True: pass"]) for _ in range(3 * (os.cpu_count() or 1))]
    try:
        events = probe(order(interpreter, "hashes", "asyncio", tmp_path))
    finally:
        for other in others:
            other.kill()
            other.wait()
    (sampled,) = (event for event in events if isinstance(event, Sampled) and event.phase == "startup")
    (row,) = (row for row in sampled.rows if row.function == "app" and row.line == 6)
    assert row.delay_ns >= row.total_ns / 4
    assert row.delay_ns + row.cpu_ns >= 0.8 * row.total_ns
    assert sampled.delay_ns >= row.delay_ns
    (block,) = (
        block for event in events if isinstance(event, Blocked) for block in event.rows if block.wall_ns > 200 * MS
    )
    assert block.delay_ns >= block.wall_ns / 4
    assert block.lines[0].cpu_ns + block.delay_ns >= 0.8 * block.wall_ns
