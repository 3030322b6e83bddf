# expect: LS105
# options: --startup-timeout 1
async def app(scope, receive, send):
    await receive()
    while True: pass  # here
