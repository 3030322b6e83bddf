# expect: none
from clean import app as inner


async def app(scope, receive, send):
    scope = {**scope, "state": scope["state"], "extensions": {}}
    await inner(scope, receive, send)
