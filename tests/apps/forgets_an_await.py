# expect: LS306
async def connect(): ...


async def app(scope, receive, send):
    await receive()
    connect()  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
