"""An application ends under the tool as under a real uvicorn: its destructors run, in its own thread."""

from observe import observe

APP = """
import asyncio
import atexit
import threading
from self_inspection import note

class Noting:
    def __init__(self, name):
        self.name = name

    def __del__(self, note=note, present=threading.get_ident, main=threading.get_ident()):
        note("destroyed", [self.name, present() == main])

class App:
    def __init__(self):
        self.held = Noting("attribute of the application")

    async def __call__(self, scope, receive, send):
        local = Noting("local of the lifespan")
        await receive()
        scope["state"]["value"] = Noting("value of the state")
        asyncio.get_running_loop().noting = Noting("attribute of the loop")
        self.task = asyncio.create_task(self.forever())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def forever(self):
        local = Noting("local of a task")
        await asyncio.sleep(3600)

app = App()
held_by_the_module = Noting("object of the module")
cyclic = Noting("part of a cycle")
cyclic.itself = cyclic
of_thread = threading.local()
of_thread.noting = Noting("local of a thread")
atexit.register(note, "atexit", "handler ran")
"""


def test_everything_is_destroyed_as_under_a_server(tmp_path):
    under_uvicorn, under_tool = observe(tmp_path, APP)

    expected, found = (sorted(map(repr, seen.notes)) for seen in (under_uvicorn, under_tool))

    assert len(expected) == 9
    assert found == expected
    assert (under_uvicorn.exit_code, under_tool.exit_code) == (0, 0)
    assert under_tool.output == ""
