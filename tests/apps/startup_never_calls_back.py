# expect: LS105
# options: --startup-timeout 1
# A callable that returns an awaitable of its own making, which is never ready.
class Never:
    def __await__(self):
        while True:
            yield


class App:
    async def __call__(self, scope, receive, send):
        await receive()
        await Never()


app = App()
