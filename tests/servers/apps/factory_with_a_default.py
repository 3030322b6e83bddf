from _answers import run


def app(debug=False):
    async def application(scope, receive, send):
        await run(scope, receive, send)

    return application
