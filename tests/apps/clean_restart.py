# expect: none
# options: --restart
async def app(scope, receive, send):
    assert scope["type"] == "lifespan"
    await receive()
    assert scope["state"] == {}
    scope["state"]["pool"] = object()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
