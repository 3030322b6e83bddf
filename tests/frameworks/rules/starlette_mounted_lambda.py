# expect: LS402
# As an MCP server is mounted: the lifespan is a mere lambda that asks for the session manager's own.
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount


class Sessions:
    @asynccontextmanager
    async def run(self):
        yield


sessions = Sessions()
inner = Starlette(lifespan=lambda app: sessions.run())  # here
app = Starlette(routes=[Mount("/mcp", inner)])
