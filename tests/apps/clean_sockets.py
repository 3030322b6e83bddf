# expect: none
# options: --select=LS3
# One from the import, a pair that talks to nobody else, one that is neither bound nor connected, and a closed one.
import asyncio
import socket

server = socket.create_server(("127.0.0.1", 0))


async def app(scope, receive, send):
    await receive()
    app.pair, app.unused = socket.socketpair(), socket.socket()
    _, writer = await asyncio.open_connection(*server.getsockname())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    writer.close()
    await writer.wait_closed()
    await send({"type": "lifespan.shutdown.complete"})
