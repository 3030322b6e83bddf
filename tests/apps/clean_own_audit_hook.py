# expect: none
# options: --select=LS3
# Its own hook lets no other one be added, and hears what it heard before.
import sys

heard = []


def hook(event, arguments):
    if event == "sys.addaudithook":
        raise PermissionError("no more hooks")
    if event == "open" and arguments[0] == __file__:
        heard.append(event)


sys.addaudithook(hook)


async def app(scope, receive, send):
    await receive()
    open(__file__).close()
    assert heard == ["open"], heard
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
