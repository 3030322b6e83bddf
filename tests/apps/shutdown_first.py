# expect: LS108
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
