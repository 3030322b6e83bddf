"""A search engine's client."""

import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def connect(url):
    await asyncio.sleep(0.08)
    yield url
