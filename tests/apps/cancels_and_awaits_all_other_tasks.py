# expect: none
import asyncio


async def work():
    await asyncio.sleep(3600)


async def app(scope, receive, send):
    await receive()
    background = asyncio.create_task(work())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert background in others  # beside the server's own
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await send({"type": "lifespan.shutdown.complete"})
