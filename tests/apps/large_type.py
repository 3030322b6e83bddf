# expect: LS106
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan" * 12_500_000})
