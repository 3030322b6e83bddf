"""Drives an application's lifespan with asyncio alone: `bare_driver.py FOLDER MODULE:ATTRIBUTE RECORD`.

It sends startup and, once that is complete, shutdown. To the file RECORD it writes, as JSON, which messages passed and
which exception the application ended with. What the application prints goes where a server would let it go.
"""

import asyncio
import json
import sys
from importlib import import_module
from pathlib import Path

folder, target, record = sys.argv[1:]
sys.argv = ["bare_driver"]
sys.path[0] = folder
module, _, attribute = target.partition(":")
application = getattr(import_module(module), attribute)


async def main():
    """Run the application in a task of its own, as servers do, and hand it the messages."""
    to_application, from_application, messages = asyncio.Queue(), asyncio.Queue(), []

    async def receive():
        message = await to_application.get()
        messages.append(["receive", message["type"], ""])
        return message

    async def send(message):
        messages.append(["send", message["type"], message.get("message", "")])
        await from_application.put(message["type"])

    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    task = asyncio.create_task(application(scope, receive, send))
    for event in ("lifespan.startup", "lifespan.shutdown"):
        to_application.put_nowait({"type": event})
        answer = asyncio.create_task(from_application.get())
        await asyncio.wait((task, answer), return_when=asyncio.FIRST_COMPLETED)
        if not (answer.done() and answer.result() == f"{event}.complete"):
            break
    await asyncio.wait((task,))
    exception = task.exception()
    raised = exception and f"{type(exception).__name__}: {exception}"
    return {"messages": messages, "raised": raised}


Path(record).write_text(json.dumps(asyncio.run(main())))
