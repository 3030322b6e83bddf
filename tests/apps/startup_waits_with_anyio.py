# expect: LS105
# options: --startup-timeout 4
import anyio


async def connect():
    await anyio.sleep(3600)  # here


async def app(scope, receive, send):
    await receive()
    with anyio.CancelScope():
        await connect()
