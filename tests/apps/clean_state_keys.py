# expect: none
class Name(str):
    pass


async def app(scope, receive, send):
    await receive()
    scope["state"].update({"": object(), Name("database"): object()})
    await send({"type": "lifespan.startup.complete"})
    await receive()
    scope["state"].clear()
    await send({"type": "lifespan.shutdown.complete"})
