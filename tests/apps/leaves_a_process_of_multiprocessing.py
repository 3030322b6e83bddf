# expect: LS303 LS307
# options: --exit-timeout 1
# A forked child has inherited the handler of SIGTERM from the server, so that multiprocessing cannot end it.
import multiprocessing
import time


async def app(scope, receive, send):
    await receive()
    process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(3600,), daemon=True)
    process.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
