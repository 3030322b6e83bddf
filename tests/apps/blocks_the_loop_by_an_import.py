# expect: LS203
import _slow_import


async def app(scope, receive, send):
    await receive()
    import slow_library  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
