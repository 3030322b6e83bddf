# expect: LS004
class App:
    def __init__(self, debug=False):
        pass

    async def __call__(self, scope, receive, send): ...


app = App
