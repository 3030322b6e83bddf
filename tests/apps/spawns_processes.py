# expect: none
import asyncio
import concurrent.futures
import multiprocessing


async def app(scope, receive, send):
    await receive()
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert await asyncio.get_running_loop().run_in_executor(pool, abs, -1) == 1
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
