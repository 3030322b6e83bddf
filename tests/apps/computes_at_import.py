# expect: LS205
import time

end = time.thread_time() + 0.3
while time.thread_time() < end: pass  # here


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
