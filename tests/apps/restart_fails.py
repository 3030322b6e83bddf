# expect: LS124
# options: --restart
ran = []


async def app(scope, receive, send):
    assert scope["type"] == "lifespan"
    await receive()
    if ran:
        await send({"type": "lifespan.startup.failed", "message": "the pool is closed"})
        return
    ran.append(True)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
