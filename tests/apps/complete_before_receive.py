# expect: LS108
async def app(scope, receive, send):
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
