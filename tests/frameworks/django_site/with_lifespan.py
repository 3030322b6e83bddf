"""Channels, "Routing": a router of protocols that has an application for the lifespan too."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings")


async def lifespan(scope, receive, send):
    """Complete both."""
    while True:
        message = await receive()
        print(message["type"])
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


application = ProtocolTypeRouter({"http": get_asgi_application(), "lifespan": lifespan})
