# expect: LS103
# As Starlette does it: the traceback is the message, and the exception is raised again.
import traceback


async def app(scope, receive, send):
    await receive()
    try:
        raise ConnectionError("no database")
    except ConnectionError:
        await send({"type": "lifespan.startup.failed", "message": traceback.format_exc()})
        raise
