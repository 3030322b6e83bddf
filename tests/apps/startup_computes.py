# expect: LS105
# options: --startup-timeout 1
# Nothing that the loop, or another thread, could interrupt: one call of C code.
async def app(scope, receive, send):
    await receive()
    return sum(range(100_000_000_000))  # here
