import functools

from _answers import run


@functools.wraps(run)
async def app(*args, **kwargs):
    await run(*args, **kwargs)
