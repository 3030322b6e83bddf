from _answers import run


async def app(scope=None, receive=None, send=None):
    await run(scope, receive, send)
