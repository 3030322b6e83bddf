# expect: LS103 LS107
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": ValueError("no database")})
