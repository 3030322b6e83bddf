# expect: LS302
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


async def app(scope, receive, send):
    await receive()
    app.pool = ThreadPoolExecutor()  # here
    await asyncio.get_running_loop().run_in_executor(app.pool, time.sleep, 0)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
