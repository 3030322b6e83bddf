# expect: LS104
class OnlyHTTP:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        await self.app(scope, receive, send)


async def inner(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})


app = OnlyHTTP(inner)
