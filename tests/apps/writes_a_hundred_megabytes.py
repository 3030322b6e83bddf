# expect: none
import os
import sys


async def app(scope, receive, send):
    await receive()
    line = b"x" * 99 + b"\n"
    for _ in range(1000):
        os.write(2, line * 500)
        sys.stdout.write("y" * 49_999 + "\n")
    print("the last words")
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
