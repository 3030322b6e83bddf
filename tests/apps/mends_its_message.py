# expect: LS106
# The refused message settles nothing: the right one comes after it.
async def app(scope, receive, send):
    await receive()
    try:
        await send({"type": "lifespan.startup.ready"})
    except Exception:
        await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
