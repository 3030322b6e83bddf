# expect: LS108
async def app(scope, receive, send):
    await receive()
    for _ in range(10_000):
        try:
            await send({"type": "lifespan.startup.complete"})
        except Exception:
            pass
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
