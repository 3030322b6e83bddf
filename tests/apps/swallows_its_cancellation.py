# expect: LS116 LS118
# options: --timeout 2
async def app(scope, receive, send):
    while True:
        try:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
        except BaseException:
            continue
