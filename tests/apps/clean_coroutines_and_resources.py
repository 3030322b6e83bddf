# expect: none
# options: --select=LS3
# A coroutine that is awaited, one that is closed unused, and files that are closed.
import warnings


async def connect(): ...


async def app(scope, receive, send):
    await receive()
    await connect()
    connect().close()
    with open(__file__) as file:
        app.version = file.readline()
    warnings.warn("coroutines are not the matter", RuntimeWarning)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
