# expect: LS102
async def app(scope, receive, send):
    await receive()
    raise ValueError("x" * 100_000_000)
