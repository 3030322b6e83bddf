"""Statements that await one after another: some could run concurrently, the others may depend on each other."""

HEAD = """\
import asyncio
import logging
import os
from contextlib import AsyncExitStack
import anyio
import httpx
import asyncpg, aioredis
from shop import db, cache, settings, broker, load_rates
logger = logging.getLogger(__name__)
DSN = os.environ["DSN"]
LIMIT = 3
pool = 3
later = None
found = {}
session = object()
lock = asyncio.Lock()
def helper(): ...
async def load_users(*args, **more): return 1
async def load_prices(*args, **more): return 2
async def load_taxes(*args): return 3
def read_users(): return 4
async def save_users(): ...
async def save_prices(): ...
"""
"""The file that they stand in begins so."""

INDEPENDENT = {
    "bound to different attributes": """
        app.state.users = await load_users(DSN)
        app.state.prices = await load_prices(LIMIT)""",
    "different keys": """
        state["users"] = await load_users()
        state["prices"] = await load_prices()""",
    "different names": """
        users = await load_users(LIMIT)
        prices = await load_prices(LIMIT)""",
    "several names at once": """
        users, *others = await load_users()
        (prices, rates) = await load_prices()""",
    "with an annotation": """
        users: list = await load_users()
        prices: list = await load_prices()""",
    "the same function with other values": """
        users = await load_users("a")
        prices = await load_users("b")""",
    "results thrown away": """
        await load_users()
        await load_prices()""",
    "what is printed between": """
        users = await load_users()
        print("users are there", users)
        prices = await load_prices()""",
    "a log line between": """
        users = await load_users()
        logger.info("users are there")
        prices = await load_prices()""",
    "within wait_for": """
        users = await asyncio.wait_for(load_users(), 5)
        prices = await asyncio.wait_for(load_prices(), LIMIT)""",
    "gathered ones after a single one": """
        users = await load_users()
        prices = await asyncio.gather(load_prices("a"), load_prices("b"))""",
    "gathered ones of a list": """
        users = await load_users()
        prices = await asyncio.gather(*[load_prices(name) for name in ("a", "b")])""",
    "work for threads": """
        users = await asyncio.to_thread(read_users)
        prices = await anyio.to_thread.run_sync(helper)""",
    "in a branch": """
        if LIMIT:
            users = await load_users()
            prices = await load_prices()""",
    "in the other branch": """
        if not LIMIT:
            pass
        else:
            users = await load_users()
            prices = await load_prices()""",
    "in a try": """
        try:
            users = await load_users()
            prices = await load_prices()
        except OSError:
            pass""",
    "in an exit stack": """
        async with AsyncExitStack() as stack:
            users = await load_users()
            prices = await load_prices()""",
    "within a limit of time": """
        async with asyncio.timeout(30):
            users = await load_users()
            prices = await load_prices()""",
}

DEPENDENT = {
    "functions of libraries": """
        app.state.pool = await asyncpg.create_pool(DSN)
        app.state.redis = await aioredis.from_url("redis://localhost")""",
    "functions of other files": """
        rates = await load_rates("a")
        others = await load_rates("b")""",
    "methods": """
        await db.connect()
        await cache.connect()""",
    "parts of one object": """
        users = await load_users(settings.users)
        prices = await load_prices(settings.prices)""",
    "one variable of the file's": """
        users = await load_users(found)
        prices = await load_prices(found)""",
    "one dict": """
        users = await load_users(state)
        prices = await load_prices(state)""",
    "connections bound to different attributes": """
        app.state.pool = await asyncpg.create_pool(DSN)
        app.state.redis = await aioredis.from_url(settings.redis)""",
    "different keys": """
        state["users"] = await load_users()
        state["prices"] = await load_prices()""",
    "different names": """
        users = await load_users(LIMIT)
        prices = await load_prices(LIMIT)""",
    "several names at once": """
        users, *others = await load_users()
        (prices, rates) = await load_prices()""",
    "with an annotation": """
        users: list = await load_users()
        prices: list = await load_prices()""",
    "different settings of one object": """
        users = await load_users(settings.users)
        prices = await load_prices(settings.prices["url"])""",
    "the same function with other values": """
        users = await load_users("a")
        prices = await load_users("b")""",
    "a log line between": """
        users = await load_users()
        print("users are there")
        prices = await load_prices()""",
    "objects that are connected": """
        await db.connect()
        await cache.connect()""",
    "local objects that are connected": """
        users, prices = Database("users"), Database("prices")
        await users.connect()
        await prices.connect()""",
    "within wait_for": """
        users = await asyncio.wait_for(load_users(), 5)
        prices = await asyncio.wait_for(load_prices(), LIMIT)""",
    "gathered ones after a single one": """
        users = await load_users()
        prices = await asyncio.gather(load_prices("a"), load_prices("b"))""",
    "gathered ones of a list": """
        users = await load_users()
        prices = await asyncio.gather(*[load_prices(name) for name in ("a", "b")])""",
    "work for threads": """
        users = await asyncio.to_thread(load_users)
        prices = await anyio.to_thread.run_sync(load_prices)""",
    "in a branch": """
        if LIMIT:
            users = await load_users()
            prices = await load_prices()""",
    "in the other branch": """
        if not LIMIT:
            pass
        else:
            users = await load_users()
            prices = await load_prices()""",
    "in a try": """
        try:
            users = await load_users()
            prices = await load_prices()
        except OSError:
            pass""",
    "in an exit stack": """
        async with AsyncExitStack() as stack:
            users = await load_users()
            prices = await load_prices()""",
    "within a limit of time": """
        async with asyncio.timeout(30):
            users = await load_users()
            prices = await load_prices()""",
}

DEPENDENT = {
    "the later uses what the earlier bound, though a constant has its name": """
        pool = await asyncpg.create_pool(DSN)
        users = await load_users(pool)""",
    "the later uses a name that is a function's elsewhere": """
        helper = await load_helper()
        users = await load_users(helper)""",
    "an attribute of what the earlier bound": """
        pool = await asyncpg.create_pool(DSN)
        users = await load_users(pool.size)""",
    "one of several bound names": """
        first, (second, *rest) = await load_users()
        prices = await load_prices(*rest)""",
    "the object that the earlier bound an attribute of": """
        app.state.pool = await asyncpg.create_pool(DSN)
        app.state.users = await load_users(app)""",
    "the part of it that the earlier bound": """
        app.state.pool = await asyncpg.create_pool(DSN)
        app.state.users = await load_users(app.state.pool)""",
    "a method of what the earlier bound": """
        app.state.pool = await asyncpg.create_pool(DSN)
        app.state.users = await app.state.pool.load()""",
    "a key of the earlier's": """
        state["pool"] = await asyncpg.create_pool(DSN)
        state["users"] = await load_users(state["pool"])""",
    "a key that is not known": """
        state["pool"] = await asyncpg.create_pool(DSN)
        state["users"] = await load_users(state[name])""",
    "a key that may be the same": """
        state[first] = await load_users()
        state[second] = await load_prices()""",
    "the same name bound again": """
        found = await load_users()
        found = await load_prices()""",
    "a name that the earlier uses": """
        users = await load_users(prices)
        prices = await load_prices()""",
    "one session handed to both": """
        users = await load_users(session)
        prices = await load_prices(session)""",
    "one session within a call": """
        users = await asyncio.wait_for(load_users(session), 5)
        prices = await asyncio.wait_for(load_prices(session=session), 5)""",
    "one object's methods": """
        users = await db.users()
        prices = await db.prices()""",
    "an object whose method the earlier calls": """
        users = await db.users()
        prices = await load_prices(db)""",
    "an object handed to the earlier": """
        users = await load_users(db)
        prices = await db.prices()""",
    "a thread of one object's": """
        users = await asyncio.to_thread(db.users)
        prices = await asyncio.to_thread(db.prices)""",
    "an exit stack": """
        pool = await stack.enter_async_context(open_pool())
        redis = await stack.enter_async_context(open_redis())""",
    "a local client": """
        client = httpx.AsyncClient()
        other = httpx.AsyncClient()
        users = await client.fetch("users")
        prices = await other.fetch("prices")""",
    "a connection whose results are thrown away, then one from elsewhere that may use it": """
        await db.connect()
        users = await load_users()""",
    "results thrown away": """
        await create_tables()
        await seed()""",
    "results thrown away, then a result": """
        await migrate()
        users = await load_users()""",
    "a result, then one thrown away": """
        users = await load_users()
        await broker.announce()""",
    "a global": """
        global pool
        pool = await asyncpg.create_pool(DSN)
        users = await load_users()""",
    "sleeping": """
        await asyncio.sleep(1)
        await asyncio.sleep(1)""",
    "messages": """
        message = await receive()
        other = await receive()""",
    "tasks that already run": """
        first = asyncio.create_task(load_users())
        second = asyncio.create_task(load_prices())
        users = await asyncio.wait_for(first, 5)
        prices = await asyncio.wait_for(second, 5)""",
    "tasks handed over": """
        first, second = [asyncio.create_task(load()) for load in (load_users, load_prices)]
        users = await finish(first)
        prices = await complete(second)""",
    "tasks gathered": """
        users = await asyncio.gather(*tasks)
        prices = await asyncio.gather(*others)""",
    "what is awaited is no call": """
        users = await first
        prices = await second""",
    "events": """
        await db.ready.wait()
        await cache.ready.wait()""",
    "queues": """
        users = await db.queue.get()
        prices = await cache.queue.get()""",
    "processes": """
        users = await asyncio.wait_for(db.communicate(), 5)
        prices = await asyncio.wait_for(cache.communicate(), 5)""",
    "closing": """
        await cache.close()
        await db.disconnect()""",
    "something else between": """
        users = await load_users()
        configure(users)
        prices = await load_prices()""",
    "a yield between": """
        users = await load_users()
        yield
        prices = await load_prices()""",
    "a log line that waits": """
        users = await load_users()
        print(await load_rates())
        prices = await load_prices()""",
    "in different blocks": """
        users = await load_users()
        if LIMIT:
            prices = await load_prices()""",
    "in a loop": """
        for name in names:
            users = await load_users()
            prices = await load_prices()""",
    "in a transaction": """
        async with transaction():
            users = await load_users()
            prices = await load_prices()""",
    "in a lock": """
        async with lock:
            users = await load_users()
            prices = await load_prices()""",
    "entering context managers": """
        async with open_pool() as pool, open_redis() as redis:
            await asyncio.sleep(0)""",
    "in the clean-up": """
        try:
            yield
        finally:
            users = await save_users()
            prices = await save_prices()""",
    "two on one line": """
        users = await load_users(); prices = await load_prices()
        await asyncio.sleep(1)""",
    "a yield within": """
        users = await load_users((yield))
        prices = await load_prices((yield))""",
    "a name bound within": """
        users = await load_users(count := 3)
        prices = await load_prices(count)""",
}
