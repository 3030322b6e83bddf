from _answers import run


class App:
    def __init__(self, scope):
        self.scope = scope

    async def __call__(self, receive, send):
        await run(self.scope, receive, send)


app = App
