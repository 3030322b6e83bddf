# expect: none
class App:
    def __init__(self):
        self.database = None

    async def __call__(self, scope, receive, send):
        await receive()
        self.database = scope["state"]["database"] = object()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        assert self.database is scope["state"].pop("database")
        await send({"type": "lifespan.shutdown.complete"})


app = App()
