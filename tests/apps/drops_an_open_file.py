# expect: LS306
def version():
    return open(__file__).readline()  # here


async def app(scope, receive, send):
    await receive()
    app.version = version()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
