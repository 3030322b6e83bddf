# expect: LS008
class App:
    def __call__(self, scope, receive, send):
        return self.run(receive, send)

    async def run(self, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


app = App()
