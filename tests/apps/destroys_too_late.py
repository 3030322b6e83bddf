# expect: LS306
# options: --select=LS3
# Its destructor runs when the loop is closed, at the very end of the interpreter.
import asyncio


class Client:
    def __init__(self):
        self.loop = asyncio.get_running_loop()

    def __del__(self):
        self.loop.call_soon(print, "closed")  # here


async def app(scope, receive, send):
    await receive()
    app.client = Client()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
