"""Falcon, "ASGI lifespan": middleware with methods for the start and the end of the process."""

from typing import Any

import falcon.asgi


class Pool:
    """Opened and closed with the application."""

    async def process_startup(self, scope: dict[str, Any], event: dict[str, Any]) -> None:
        """Falcon hands over the scope and the message."""
        print("pool open for", event["type"])

    async def process_shutdown(self, scope: dict[str, Any], event: dict[str, Any]) -> None:
        """The same at the end."""
        print("pool closed for", event["type"])


class Greeting:
    """A resource."""

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        """Something to serve."""
        response.text = "hello"


app = falcon.asgi.App(middleware=[Pool()])
app.add_route("/", Greeting())
