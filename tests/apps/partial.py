# expect: LS008
import functools


async def application(debug, scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


app = functools.partial(application, True)
