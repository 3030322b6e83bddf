# expect: LS102
class Mute(Exception):
    __slots__ = ()

    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__

    @property
    def exceptions(self):
        raise RuntimeError("no members")

    @property
    def __notes__(self):
        raise RuntimeError("no notes")

    @property
    def __class__(self):
        raise RuntimeError("no class")


async def app(scope, receive, send):
    await receive()
    raise Mute
