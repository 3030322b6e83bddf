# expect: LS111
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    raise ConnectionError("lost")
