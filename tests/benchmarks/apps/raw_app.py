"""An ASGI application that needs nothing: what is measured with it is the way of driving it."""


async def app(scope, receive, send):
    """A lifespan that does nothing."""
    if scope["type"] != "lifespan":
        raise NotImplementedError(scope["type"])
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
