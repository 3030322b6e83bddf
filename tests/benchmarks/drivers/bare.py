"""The least that starts and stops an ASGI application: `bare.py FOLDER MODULE`, whose attribute `app` it is."""

import asyncio
import sys
from importlib import import_module

sys.path.insert(0, sys.argv[1])
app = import_module(sys.argv[2]).app


async def main():
    """Drive the lifespan, no questions asked."""
    to_app, sent = asyncio.Queue(), asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    task = asyncio.create_task(app(scope, to_app.get, sent.put))
    for word in ("startup", "shutdown"):
        await to_app.put({"type": f"lifespan.{word}"})
        assert (await sent.get())["type"] == f"lifespan.{word}.complete"
    await task


asyncio.run(main())
