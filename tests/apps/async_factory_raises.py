# expect: LS006
# target: async_factory_raises:create_app()
import asyncio


async def create_app():
    await asyncio.sleep(0)
    raise ConnectionError("no database")
