# expect: none
# options: --select=LS2
import asyncio


async def connect():
    await asyncio.sleep(0.25)
    return "database"


async def load(database):
    await asyncio.sleep(0.25)
    return database


async def app(scope, receive, send):
    await receive()
    database = await connect()
    scope["state"]["users"] = await load(database)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
