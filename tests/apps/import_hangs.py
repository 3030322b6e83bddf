# expect: LS009
# options: --import-timeout 2
import time

time.sleep(3600)  # here


async def app(scope, receive, send): ...
