import os
import signal

from _answers import answer


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        os.kill(os.getpid(), signal.SIGKILL)
    await answer(send)
