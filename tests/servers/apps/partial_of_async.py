import functools

from _answers import run


async def application(debug, scope, receive, send):
    await run(scope, receive, send)


app = functools.partial(application, True)
