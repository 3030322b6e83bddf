# expect: LS105
# options: --startup-timeout 1
async def app(scope, receive, send):
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            return
