# expect: LS307
# options: --exit-timeout 1
# The thread is no daemon: the interpreter waits for it at its end.
import threading
import time


async def app(scope, receive, send):
    await receive()
    threading.Thread(target=time.sleep, args=(3600,), name="left behind").start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
