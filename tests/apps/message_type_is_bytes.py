# expect: LS107
async def app(scope, receive, send):
    await receive()
    await send({"type": b"lifespan.startup.complete"})
