# expect: LS102
import os


async def app(scope, receive, send):
    await receive()
    os.write(2, bytes(range(256)) + b"\n\x1b[2J::error::\n")
    raise ValueError("\x1b[31m]8;;\x07<b>\ud800\0")
