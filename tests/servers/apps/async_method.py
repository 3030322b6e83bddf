from _answers import run


class Service:
    async def handle(self, scope, receive, send):
        await run(scope, receive, send)


app = Service().handle
