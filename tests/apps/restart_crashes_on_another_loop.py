# expect: LS124
# options: --restart
import asyncio

first = []


async def app(scope, receive, send):
    assert scope["type"] == "lifespan"
    await receive()
    first.append(asyncio.get_running_loop())
    if first[0] is not asyncio.get_running_loop():
        raise RuntimeError("attached to a different loop")
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
