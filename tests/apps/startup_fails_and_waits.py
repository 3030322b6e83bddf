# expect: LS103
async def app(scope, receive, send):
    while True:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})
