# expect: LS103 LS109
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed"})
