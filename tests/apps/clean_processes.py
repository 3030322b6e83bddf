# expect: none
# options: --select=LS3
# One from the import, one that is terminated and waited for, one that has ended and was not waited for.
import subprocess

lasting = subprocess.Popen(["sleep", "3600"], close_fds=False)
ended = subprocess.Popen(["true"], close_fds=False)


async def app(scope, receive, send):
    await receive()
    process = subprocess.Popen(["sleep", "3600"], close_fds=False)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    process.terminate()
    process.wait()
    await send({"type": "lifespan.shutdown.complete"})
