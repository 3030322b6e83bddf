# expect: LS123
async def app(scope, receive, send):
    print(scope["path"])
