from _answers import run


async def app(scope, receive, send):
    await run(scope, receive, send)
