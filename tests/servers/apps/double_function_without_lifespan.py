from _answers import run


def app(scope):
    if scope["type"] == "lifespan":
        raise ValueError("no lifespan")

    async def instance(receive, send):
        await run(scope, receive, send)

    return instance
