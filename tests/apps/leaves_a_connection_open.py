# expect: LS304
import socket

server = socket.create_server(("127.0.0.1", 0))


async def app(scope, receive, send):
    await receive()
    app.connection = socket.create_connection(server.getsockname())  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
