# expect: none
# target: replaces_its_module:application
import sys


class Lazy:
    __slots__ = ()

    @property
    async def app(self):
        raise RuntimeError

    @staticmethod
    async def application(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


sys.modules[__name__] = Lazy()
