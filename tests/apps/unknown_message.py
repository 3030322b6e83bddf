# expect: LS106
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.completed"})
