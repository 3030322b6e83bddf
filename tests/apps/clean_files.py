# expect: none
# options: --select=LS3
# One from the import, one that is closed, and the log, which logging keeps open.
import logging
import os
import tempfile

folder = tempfile.TemporaryDirectory()
settings = open(__file__)


async def app(scope, receive, send):
    await receive()
    logging.getLogger().addHandler(logging.FileHandler(os.path.join(folder.name, "log")))
    with open(os.path.join(folder.name, "journal"), "w"):
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
