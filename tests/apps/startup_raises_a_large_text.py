# expect: LS102
# options: --ignore LS203
async def app(scope, receive, send):
    await receive()
    raise ValueError("x" * 100_000_000)
