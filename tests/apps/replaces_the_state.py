# expect: LS119
async def app(scope, receive, send):
    await receive()
    scope["state"] = {"database": object()}
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
