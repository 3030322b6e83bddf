# expect: LS105
# options: --timeout 2
import time


class Slow(Exception):
    def __str__(self):
        time.sleep(3600)


async def app(scope, receive, send):
    await receive()
    raise Slow
