# expect: LS121
async def app(scope, receive, send):
    await receive()
    raise KeyboardInterrupt
