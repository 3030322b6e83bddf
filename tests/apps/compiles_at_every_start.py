# expect: LS210
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
folder = pathlib.Path(tempfile.mkdtemp())
(folder / "a_large_module.py").write_text("x = [1, 2, 3]\n" * 60_000)
sys.path.append(str(folder))
import a_large_module


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
