# expect: LS306
# As aiohttp's session does it: the destructor warns, and calls the loop's handler of exceptions.
import asyncio
import warnings


class Session:
    def __init__(self):
        self.loop = asyncio.get_running_loop()

    def __del__(self, warn=warnings.warn):
        warn(f"Unclosed client session {self!r}", ResourceWarning, source=self)
        self.loop.call_exception_handler({"client_session": self, "message": "Unclosed client session"})


async def app(scope, receive, send):
    await receive()
    app.session = Session()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
