# expect: LS102
async def app(scope, receive, send):
    await receive()
    raise ConnectionError("no database")
