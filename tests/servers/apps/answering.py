# The application that ANSWERING names, with its lifespan as it is, and an answer to every request.
import importlib
import os

from _answers import Life, answer

lives = importlib.import_module(os.environ["ANSWERING"]).app


async def app(scope, receive, send):
    async def watched(message):
        await send(message)
        Life.up = Life.up or message["type"] == "lifespan.startup.complete"

    if scope["type"] == "lifespan":
        await lives(scope, receive, watched)
    else:
        await answer(send)
