# expect: none
# What the lifespan of a mounted application would do the outer one does itself, as `nicegui.ui.run_with` has it.
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount


async def start(): ...


async def stop(): ...


async def start_all():
    await start()


@asynccontextmanager
async def sessions(app):
    await start()
    yield
    await stop()


@asynccontextmanager
async def lifespan(app):
    await start_all()
    yield
    await stop()


app = Starlette(lifespan=lifespan, routes=[Mount("/inner", Starlette(lifespan=sessions))])
