# expect: LS102
async def app(scope, receive, send):
    await receive()
    try:
        raise ConnectionError("no database")
    finally:
        raise LookupError("no pool to close") from None
