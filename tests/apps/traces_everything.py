# expect: none
import sys
import threading


def trace(frame, event, argument):
    return trace


sys.settrace(trace)
sys.setprofile(trace)
threading.settrace(trace)
sys.setswitchinterval(1)


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
