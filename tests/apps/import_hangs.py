# expect: LS009
# options: --import-timeout 2
import time

time.sleep(60)  # here


async def app(scope, receive, send): ...
