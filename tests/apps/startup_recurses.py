# expect: LS102
async def dive(depth):
    await dive(depth + 1)


async def app(scope, receive, send):
    await receive()
    await dive(0)
