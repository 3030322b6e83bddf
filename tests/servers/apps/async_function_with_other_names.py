from _answers import run


async def app(scope, read, write):
    await run(scope, read, write)
