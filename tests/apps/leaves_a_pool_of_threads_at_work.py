# expect: LS302
# The pool was made at import, but its worker is at work for longer than the lifespan.
import time
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor()


async def app(scope, receive, send):
    await receive()
    pool.submit(time.sleep, 1)  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
