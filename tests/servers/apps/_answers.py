# What the applications of this folder have in common: a lifespan, and an answer to every request which tells of it.
class Life:
    up = False


async def answer(send):
    body = b"up" if Life.up else b"down"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def live(receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    Life.up = True
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def run(scope, receive, send):
    if scope["type"] == "lifespan":
        await live(receive, send)
    else:
        await answer(send)
