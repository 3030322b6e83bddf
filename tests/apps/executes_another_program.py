# expect: LS121
import os
import sys


async def app(scope, receive, send):
    await receive()
    os.execv(sys.executable, [sys.executable, "-c", "pass"])
