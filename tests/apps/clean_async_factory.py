# expect: none
# target: clean_async_factory:create_app()
import asyncio

from clean import app


async def create_app():
    await asyncio.sleep(0)
    return app
