# expect: none
import subprocess


async def app(scope, receive, send):
    await receive()
    subprocess.Popen(["sleep", "60"], close_fds=False)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
