# expect: LS303
import asyncio


async def app(scope, receive, send):
    await receive()
    app.process = await asyncio.create_subprocess_exec("sleep", "3600", close_fds=False)  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
