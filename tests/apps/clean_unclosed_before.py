# expect: none
# options: --select=LS3
# What is dropped unclosed is dropped at import.
async def connect(): ...


version = open(__file__).readline()
connect()


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
