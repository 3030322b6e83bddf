# expect: LS107
import types


async def app(scope, receive, send):
    await receive()
    await send(types.MappingProxyType({"type": "lifespan.startup.complete"}))
