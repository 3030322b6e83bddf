# expect: LS107
async def app(scope, receive, send):
    await receive()
    await send({})
