"""asgi-lifespan's manager around an application: `with_asgi_lifespan.py FOLDER MODULE`."""

import asyncio
import sys
from importlib import import_module

from asgi_lifespan import LifespanManager

sys.path.insert(0, sys.argv[1])
app = import_module(sys.argv[2]).app


async def main():
    """Enter and leave."""
    async with LifespanManager(app):
        pass


asyncio.run(main())
