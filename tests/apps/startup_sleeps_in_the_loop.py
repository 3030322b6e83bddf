# expect: LS105
# options: --startup-timeout 1
import time


async def app(scope, receive, send):
    await receive()
    time.sleep(3600)  # here
