# expect: none
# options: --select=LS3 --exit-timeout 15
# An atexit handler, and a thread that is no daemon, take their time: less than the timeout.
import atexit
import threading
import time

atexit.register(time.sleep, 0.2)
threading.Thread(target=time.sleep, args=(0.7,)).start()


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
