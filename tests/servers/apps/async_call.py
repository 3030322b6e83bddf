from _answers import run


class App:
    async def __call__(self, scope, receive, send):
        await run(scope, receive, send)


app = App()
