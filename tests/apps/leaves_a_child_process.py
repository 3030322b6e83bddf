# expect: LS303
import subprocess


async def app(scope, receive, send):
    await receive()
    subprocess.Popen(["sleep", "3600"], close_fds=False)  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
