# expect: LS107
class Hostile:
    def __getattribute__(self, name):
        raise SystemError("no attributes")

    __repr__ = __str__ = __eq__ = __hash__ = __len__ = __iter__ = None


async def app(scope, receive, send):
    await receive()
    await send(Hostile())
