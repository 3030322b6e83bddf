# expect: LS103
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no " * 33_000_000})
