# expect: LS102
async def app(scope, receive, send):
    await receive()
    first = error = ValueError(0)
    for number in range(1, 5000):
        error.__cause__ = ValueError(number)
        error = error.__cause__
    error.__cause__ = first
    raise first
