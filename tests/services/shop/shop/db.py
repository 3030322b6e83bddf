"""The database."""

from contextlib import asynccontextmanager

import migrator
import pgpool


@asynccontextmanager
async def pool(settings):
    connections = await pgpool.create_pool(settings.dsn, size=10)
    try:
        yield connections
    finally:
        await connections.close()


def migrate(settings):
    migrator.upgrade(settings.dsn, "head")
