# expect: LS123
# asyncio throws a RuntimeError into the coroutine: that is no refusal of the scope.
class Awaitable:
    def __await__(self):
        yield object()  # here


async def app(scope, receive, send):
    await Awaitable()
