from _answers import run


async def app():
    return run
