"""The cache, and what it must hold before the first request."""

import asyncio
from contextlib import asynccontextmanager

import kvstore


@asynccontextmanager
async def client(settings):
    connection = kvstore.Client(settings.cache_url)
    await connection.connect()
    yield connection


async def warm_up(connection):
    await asyncio.gather(users(connection), products(connection), prices(connection))


async def users(connection):
    return await connection.load("users", 0.1)


async def products(connection):
    return await connection.load("products", 0.4)


async def prices(connection):
    return await connection.load("prices", 0.3)
