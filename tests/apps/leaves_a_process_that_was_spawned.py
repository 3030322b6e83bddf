# expect: LS303
# options: --exit-timeout 1
import multiprocessing
import time


async def app(scope, receive, send):
    await receive()
    process = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(3600,), daemon=True)
    process.start()  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
