# expect: LS119
async def app(scope, receive, send):
    scope.clear()
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
