# expect: LS104
async def app(scope, receive, send):
    await receive()
