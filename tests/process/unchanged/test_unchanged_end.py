"""What an application leaves is let go of, and destroyed, when and where it is under uvicorn."""

import pytest
from observe import Observed, observe

pytestmark = pytest.mark.versions

APP = """
import asyncio, atexit, contextvars, sys, threading, weakref
from self_inspection import note

class Noting:
    def __init__(self, name, loop=None):
        self.name, self.loop = name, loop

    def __del__(self, note=note, sys=sys, threading=threading):
        note("destroyed", {
            "name": self.name,
            "at the interpreter's end": sys.is_finalizing(),
            "module is loaded": "app" in sys.modules,
            "loop is closed": None if self.loop is None else self.loop.is_closed(),
            "in the main thread": threading.current_thread() is threading.main_thread(),
        })

class App:
    of_class = Noting("attribute of a class")

    async def __call__(self, scope, receive, send):
        loop = asyncio.get_running_loop()
        local = Noting("local of the lifespan", loop)
        scope["state"]["kept"] = Noting("state", loop)
        variable.set(Noting("context variable"))
        await receive()
        self.task = asyncio.create_task(work(Noting("argument of a task", loop)))
        asyncio.create_task(work(Noting("argument of a task that nobody holds", loop)))
        loop.call_later(3600, print, Noting("argument of a timer", loop))
        self.numbers = numbers(Noting("argument of an asynchronous generator", loop))
        await anext(self.numbers)
        self.attribute = Noting("attribute", loop)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

async def numbers(held):
    try:
        yield 1
    finally:
        note("asynchronous generator", "closed")

async def work(held):
    try:
        await asyncio.sleep(3600)
    finally:
        note("task", "cancelled")

variable = contextvars.ContextVar("variable")
app = App()
app.cycle = [Noting("in a cycle")]
app.cycle.append(app.cycle)
of_module = Noting("global of the module")
finalized = Noting("finalized")
weakref.finalize(finalized, note, "finalizer", "ran")
atexit.register(note, "atexit", "handler ran")
of_thread = threading.local()
of_thread.value = Noting("local of a thread")

def function(argument=Noting("default argument")):
    return argument
"""


@pytest.fixture(scope="module")
def observed(tmp_path_factory) -> tuple[Observed, Observed]:
    return observe(tmp_path_factory.mktemp("ends"), APP)


def until_the_finalizer(end: Observed) -> int:
    """How many notes there are up to the last handler of atexit. Versions differ in what goes before it."""
    return end.notes.index(("finalizer", "ran")) + 1


def test_everything_ends_in_the_same_order_up_to_the_last_handler_of_atexit(observed):
    under_uvicorn, under_tool = (end.notes[: until_the_finalizer(end)] for end in observed)

    assert len(under_uvicorn) > 7
    assert under_tool == under_uvicorn


def test_everything_else_is_destroyed_at_the_interpreters_end(observed):
    # in which order, the garbage collector decides
    under_uvicorn, under_tool = (
        sorted(str(note[1]) for note in end.notes[until_the_finalizer(end) :]) for end in observed
    )

    assert len(observed[0].notes) == 19
    assert under_tool == under_uvicorn
