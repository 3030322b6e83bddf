# expect: LS002
async def app(scope, receive, send)
    await receive()
