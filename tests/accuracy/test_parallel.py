"""Tasks and threads that run at once: each line has its own time, and startup waited for the one that ends last.

Each application ends with the protocol; a bound is what a busy machine may add to a wait.
"""

from pathlib import Path

import pytest
from known_costs.comparing import interpreters, order, probe, rows_of

MS = 1_000_000
SLACK_MS = 80
PYTHONS = interpreters()
HEAD = """
import asyncio, time
from concurrent.futures import ThreadPoolExecutor

async def app(scope, receive, send):
    await receive()
    await startup()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""
TASKS = """
async def quick(): await asyncio.sleep(0.1)
async def slow(): await asyncio.sleep(0.4)
async def medium(): await asyncio.sleep(0.25)
async def each(start): return await start()
"""
THREADS = """
def quick(): time.sleep(0.1)
def slow(): time.sleep(0.4)
def medium(): time.sleep(0.25)
"""
EVERY = "(quick, slow, medium)"
WAYS = {
    "gather": (TASKS, f"await asyncio.gather(*(each(one) for one in {EVERY}))"),
    "wait_for": (TASKS, f"await asyncio.gather(*(asyncio.wait_for(one(), 9) for one in {EVERY}))"),
    "shield": (TASKS, f"await asyncio.gather(*(asyncio.shield(each(one)) for one in {EVERY}))"),
    "wait": (TASKS, f"await asyncio.wait([asyncio.create_task(each(one)) for one in {EVERY}])"),
    "as_completed": (TASKS, f"for one in asyncio.as_completed([each(one) for one in {EVERY}]): await one"),
    "to_thread": (THREADS, f"await asyncio.gather(*(asyncio.to_thread(one) for one in {EVERY}))"),
    "executor": (
        THREADS,
        f"loop = asyncio.get_running_loop(); pool = ThreadPoolExecutor(3); "
        f"await asyncio.gather(*(loop.run_in_executor(pool, one) for one in {EVERY})); pool.shutdown()",
    ),
}


@pytest.fixture(params=PYTHONS, ids=[str(number) for number in range(len(PYTHONS))])
def interpreter(request):
    return request.param


def rows(interpreter, folder, text, phase="startup", backend="asyncio", **fields):
    Path(folder, "runs.py").write_text(HEAD + text)
    return list(rows_of(probe(order(interpreter, "runs", backend, folder, **fields)), (phase,)))


def named(found, name):
    """The outermost row of that function, and what all of its rows were critical for."""
    own = [row for row in found if row[1].rpartition(".")[2] == name and row[2].endswith("runs.py")]
    return own[0], sum(row[13] for row in own)


def about(ns, ms):
    return (ms - 20) * MS <= ns <= (ms + SLACK_MS) * MS


@pytest.mark.parametrize("backend", ["asyncio", "uvloop"])
@pytest.mark.parametrize("way", WAYS)
def test_each_has_its_own_time_and_only_the_last_to_end_is_critical(interpreter, way, backend, tmp_path):
    functions, statement = WAYS[way]
    found = rows(interpreter, tmp_path, f"{functions}\nasync def startup():\n    {statement}\n", backend=backend)
    for name, cost_ms in (("quick", 100), ("medium", 250), ("slow", 400)):
        row, critical_ns = named(found, name)
        assert about(row[6], cost_ms), name
        assert about(critical_ns, 400) if name == "slow" else critical_ns <= 40 * MS, name
    assert named(found, "startup")[0][13] >= 380 * MS


def test_a_task_that_alternates_between_lines_keeps_both(interpreter, tmp_path):
    text = """
async def produce(queue):
    for _ in range(3):
        await asyncio.sleep(0.15)
        queue.put_nowait(1)

async def consume(queue):
    for _ in range(3):
        await queue.get()
        await asyncio.sleep(0.1)

async def startup():
    queue = asyncio.Queue()
    await asyncio.gather(produce(queue), consume(queue))
"""
    found = rows(interpreter, tmp_path, text)
    gets, sleeps = sorted((row for row in found if row[1] == "consume"), key=lambda row: row[3])
    assert gets[12] == sleeps[12] != named(found, "produce")[0][12]
    assert about(gets[6], 250)
    assert about(gets[13], 250)
    assert about(sleeps[13], 300)
    assert named(found, "produce")[1] <= 60 * MS


def test_what_computes_while_others_sleep_is_what_startup_waited_for(interpreter, tmp_path):
    text = """
async def nap(seconds): await asyncio.sleep(seconds)

async def compute():
    end = time.thread_time() + 0.3
    while time.thread_time() < end: pass

async def startup(): await asyncio.gather(nap(0.05), compute(), nap(0.02))
"""
    found = rows(interpreter, tmp_path, text)
    assert named(found, "compute")[1] >= 280 * MS
    assert named(found, "nap")[1] <= 60 * MS


def test_who_sleeps_longer_than_another_computes_is_not_delayed_by_it(interpreter, tmp_path):
    text = """
async def nap(): await asyncio.sleep(0.5)

async def block():
    await asyncio.sleep(0.05)
    time.sleep(0.2)

async def startup(): await asyncio.gather(nap(), block())
"""
    found = rows(interpreter, tmp_path, text)
    assert about(named(found, "nap")[1], 500)
    assert named(found, "block")[1] <= 40 * MS


def test_what_nobody_awaits_has_the_time_for_which_it_held_up_the_lifespan(interpreter, tmp_path):
    text = """
async def warm():
    await asyncio.sleep(0.05)
    time.sleep(0.3)

async def startup():
    task = asyncio.create_task(warm())
    await asyncio.sleep(0.1)
    await asyncio.sleep(0.2)
"""
    found = rows(interpreter, tmp_path, text)
    assert about(named(found, "warm")[1], 300)
    assert about(named(found, "startup")[1], 250)


def test_the_critical_time_of_all_is_that_of_the_phase(interpreter, tmp_path):
    text = """
async def job(limit, seconds):
    async with limit:
        await asyncio.sleep(seconds)
        time.sleep(0.02)

async def startup():
    limit = asyncio.Semaphore(3)
    await asyncio.gather(*(job(limit, 0.05) for _ in range(12)))
"""
    found = rows(interpreter, tmp_path, text)
    outermost = [row for row in found if row[0] == 0]
    (app,) = (row for row in outermost if row[1] == "app" and row[13] >= 100 * MS)
    assert abs(sum(row[13] for row in outermost) - app[6]) <= 40 * MS
    inner = sum(row[13] for row in found if row[1] == "job")
    assert abs(inner - app[6]) <= 40 * MS
