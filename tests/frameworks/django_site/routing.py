"""Channels, "Installation": the project's application behind a router of protocols, which knows no lifespan."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings")

application = ProtocolTypeRouter({"http": get_asgi_application()})
