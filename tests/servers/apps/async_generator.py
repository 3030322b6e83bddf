async def app(scope, receive, send):
    yield
