# expect: none
# target: clean_method.py:service.handle.lifespan
class Service:
    def __init__(self):
        self.handle = self

    async def lifespan(self, scope, receive, send, extra=None):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


service = Service()
