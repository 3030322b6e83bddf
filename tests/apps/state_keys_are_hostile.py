# expect: LS120
class Hostile:
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


async def app(scope, receive, send):
    await receive()
    scope["state"].update({Hostile(): Hostile() for _ in range(1000)})
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
