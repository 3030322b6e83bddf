from _answers import run


class App:
    def __init__(self, debug=False):
        pass

    async def __call__(self, scope, receive, send):
        await run(scope, receive, send)


app = App
