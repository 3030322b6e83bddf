# expect: LS009
# target: async_factory_hangs:create_app()
# options: --import-timeout 4
import asyncio


async def create_app():
    await asyncio.sleep(3600)  # here
