# expect: none
# Frameworks' proxies raise whatever attribute they are asked for, as long as there is no request.
class Proxy:
    def __getattr__(self, name):
        raise RuntimeError("working outside of request context")

    async def __call__(self, scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


app = Proxy()
