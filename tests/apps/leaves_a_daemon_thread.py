# expect: LS302
import threading
import time


async def app(scope, receive, send):
    await receive()
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
