# expect: LS001
# target: module_mising:app
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
