# expect: LS101
# options: --lifespan on
async def app(scope, receive, send):
    raise NotImplementedError
