"""The pool."""

import asyncio

from stopwatch import Measured


class Pool:
    def __init__(self, dsn, size):
        self.dsn, self.size = dsn, size

    async def connect_all(self):
        await asyncio.gather(*(self.connect() for _ in range(self.size)))

    async def connect(self):
        await asyncio.sleep(1.2)

    async def close(self):
        with Measured():
            await asyncio.sleep(0.1)


async def create_pool(dsn, size):
    with Measured():
        pool = Pool(dsn, size)
        await pool.connect_all()
        return pool
