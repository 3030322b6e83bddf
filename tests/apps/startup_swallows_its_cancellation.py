# expect: LS105 LS118
# options: --startup-timeout 1
import asyncio


async def app(scope, receive, send):
    await receive()
    while True:
        try:
            await asyncio.sleep(3600)
        except BaseException:
            pass
