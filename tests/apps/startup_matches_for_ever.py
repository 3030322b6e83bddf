# expect: LS105
# options: --startup-timeout 1
import re


async def app(scope, receive, send):
    await receive()
    re.match(r"(a+)+$", "a" * 40 + "!")  # here
