from _answers import run


def app(scope):
    async def instance(receive, send):
        await run(scope, receive, send)

    return instance
