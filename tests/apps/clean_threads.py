# expect: none
# options: --select=LS3
# One from the import, one that is stopped and joined, one that is stopped and about to end.
import threading

forever, stop = threading.Event(), threading.Event()
threading.Thread(target=forever.wait, daemon=True).start()


async def app(scope, receive, send):
    await receive()
    joined = threading.Thread(target=stop.wait)
    joined.start()
    threading.Thread(target=stop.wait).start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    stop.set()
    joined.join()
    await send({"type": "lifespan.shutdown.complete"})
