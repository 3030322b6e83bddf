# expect: LS304
import os
import tempfile

name = os.path.join(tempfile.mkdtemp(), "journal")


async def app(scope, receive, send):
    await receive()
    os.chdir(os.path.dirname(name))
    app.journal = open("journal", "w")  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
    os.remove(name)
