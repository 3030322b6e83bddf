# expect: none
# options: --select=LS3
# The loop's own pool, one from the import that is there to stay, and one that is shut down.
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import anyio.to_thread

pool = ThreadPoolExecutor()


async def app(scope, receive, send):
    await receive()
    run = asyncio.get_running_loop().run_in_executor
    await asyncio.to_thread(time.sleep, 0)
    await anyio.to_thread.run_sync(time.sleep, 0)
    await run(pool, time.sleep, 0)
    with ThreadPoolExecutor() as own:
        await run(own, time.sleep, 0)
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
