"""What the sampler must not do to an application, whatever that is made of; and whose CPU time is whose."""

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
