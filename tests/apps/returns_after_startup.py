# expect: LS110
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
