# expect: LS007 LS101
class App:
    def __init__(self, scope):
        raise ValueError(f"no application for {scope['type']}")

    async def __call__(self, receive, send): ...


app = App
