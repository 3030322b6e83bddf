"""Messages to and from other services."""

from contextlib import asynccontextmanager

import busline


class Broker:
    def __init__(self, settings):
        self._url = settings.broker_url

    async def __aenter__(self):
        self._channel = await busline.open_channel(self._url)
        return self

    async def __aexit__(self, *error):
        await self._channel.drain()


@asynccontextmanager
async def webhooks():
    yield await busline.open_channel("bus://webhooks", 0.03)
