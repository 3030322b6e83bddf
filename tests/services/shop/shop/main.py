"""The application, and what it needs before it can serve."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from shop import cache, db, messaging, recommend, search, tracing
from shop.routers import orders, reports
from shop.settings import load_settings


@asynccontextmanager
async def lifespan(app: FastAPI):
    settings = load_settings()
    tracing.start(settings)
    async with AsyncExitStack() as stack:
        app.state.pool = await stack.enter_async_context(db.pool(settings))
        app.state.cache = await stack.enter_async_context(cache.client(settings))
        app.state.broker = await stack.enter_async_context(messaging.Broker(settings))
        app.state.search = await stack.enter_async_context(search.client(settings))
        app.state.http = await stack.enter_async_context(messaging.webhooks())
        db.migrate(settings)
        app.state.model = await asyncio.to_thread(recommend.load, settings)
        await cache.warm_up(app.state.cache)
        app.state.index = search.build_index()
        yield


app = FastAPI(title="shop", lifespan=lifespan)
app.include_router(orders.router)
app.include_router(reports.router)


@app.on_event("startup")
async def announce():
    print("the shop is open")
