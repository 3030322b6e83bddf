"""A demo: `lifespan-check lifespan_cli.demo:app`. Raw ASGI, no dependency, about a second of startup to look at."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def connect_database() -> str:
    """Wait for a connection, as a pool does."""
    await asyncio.sleep(0.4)
    return "database"


async def warm_cache(name: str, seconds: float) -> str:
    """Wait for a cache to be filled."""
    await asyncio.sleep(seconds)
    return name


def load_settings() -> dict[str, str]:
    """Block the event loop for a moment, as a forgotten synchronous client does."""
    time.sleep(0.15)
    return {"greeting": "hello"}


async def startup(state: MutableMapping[str, Any]) -> None:
    """Everything the demo does before it is ready."""
    state["settings"] = load_settings()
    state["database"] = await connect_database()
    state["caches"] = await asyncio.gather(warm_cache("users", 0.2), warm_cache("prices", 0.3))


async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application. Its lifespan needs asyncio; trio users see how a failing startup is told."""
    if scope["type"] != "lifespan":
        raise NotImplementedError(f"the demo has no {scope['type']}")
    await receive()
    try:
        await startup(scope["state"])
    except Exception as error:
        await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
        raise
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await asyncio.sleep(0.05)
    print("goodbye from the demo", file=sys.stderr)
    await send({"type": "lifespan.shutdown.complete"})
