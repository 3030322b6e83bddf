# expect: LS120
class Database:
    pass


async def app(scope, receive, send):
    await receive()
    scope["state"][Database] = Database()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
