# expect: none
# Unknown keys are no error (ASGI specification, Error Handling), whatever they hold.
class Hostile:
    def __getattribute__(self, name):
        raise SystemError("no attributes")

    def __repr__(self):
        raise SystemError("no words")

    __str__ = __repr__


async def app(scope, receive, send):
    await receive()
    endless = []
    endless.append(endless)
    await send(
        {"type": "lifespan.startup.complete", "x": "x" * 100_000_000, 1: endless, Hostile(): Hostile(), "\ud800": open}
        | {f"key {number}": number for number in range(10_000)}
    )
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
