# expect: none
# What a server compares is the text itself, not what a subclass says of itself.
class Lying(str):
    def __str__(self):
        return "lifespan.startup.failed"

    def __len__(self):
        raise RuntimeError("no length")

    __repr__ = __format__ = removeprefix = partition = startswith = encode = __str__


class Message(dict):
    def __getitem__(self, key):
        return super().__getitem__(key)

    def items(self):
        raise RuntimeError("no items")

    get = keys = values = __iter__ = __len__ = items


async def app(scope, receive, send):
    await receive()
    await send(Message(type=Lying("lifespan.startup.complete"), message=Lying("")))
    await receive()
    await send(Message(type=Lying("lifespan.shutdown.complete")))
