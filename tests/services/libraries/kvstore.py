"""A store of keys and values."""

import asyncio

from stopwatch import Measured


class Client:
    def __init__(self, url):
        self.url = url

    async def connect(self):
        await asyncio.sleep(0.1)

    async def load(self, name, seconds):
        with Measured():
            await asyncio.sleep(seconds)
            return [name]
