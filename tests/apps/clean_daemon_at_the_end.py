# expect: none
# options: --select=LS3 --exit-timeout 15
# A daemon of the import never ends; no process waits for it.
import threading

threading.Thread(target=threading.Event().wait, daemon=True).start()


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
