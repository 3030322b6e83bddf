# expect: LS101
# options: --request /
async def app(scope, receive, send):
    if scope["type"] != "http":
        raise ValueError("only http here")
    assert "state" not in scope
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
