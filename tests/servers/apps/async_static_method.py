from _answers import run


class Service:
    @staticmethod
    async def handle(scope, receive, send):
        await run(scope, receive, send)


app = Service.handle
