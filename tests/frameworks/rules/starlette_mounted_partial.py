# expect: LS402
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.routing import Mount


@asynccontextmanager  # here
async def named(name, app):
    yield


app = Starlette(routes=[Mount("/inner", Starlette(lifespan=partial(named, "database")))])
