# expect: none
# As blockbuster does it: what may block raises when it is called on the event loop's thread.
import asyncio
import builtins
import os
import time


def guarded(function):
    def guard(*args, **kwargs):
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return function(*args, **kwargs)
        raise RuntimeError(f"{function.__name__} blocks the event loop")

    return guard


for module, names in (
    (os, "getcwd read write open stat fstat listdir scandir getpid dup2 close sysconf remove rename"),
    (time, "sleep"),
    (builtins, "open input print"),
):
    for name in names.split():
        setattr(module, name, guarded(getattr(module, name)))


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
