# expect: LS121
import os
import time
import warnings

warnings.simplefilter("ignore")


async def app(scope, receive, send):
    await receive()
    if os.fork():
        os._exit(0)
    time.sleep(3600)
