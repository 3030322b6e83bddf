"""FastAPI, "Lifespan Events" and "Sub Applications": only the main application's lifespan is run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def main_lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The one that runs."""
    print("main up")
    yield
    print("main down")


@asynccontextmanager
async def sub_lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The one that does not."""
    print("sub up")
    yield
    print("sub down")


app = FastAPI(lifespan=main_lifespan)
subapi = FastAPI(lifespan=sub_lifespan)


@app.get("/app")
def read_main() -> dict[str, str]:
    """Of the main application."""
    return {"message": "main"}


@subapi.get("/sub")
def read_sub() -> dict[str, str]:
    """Of the sub-application."""
    return {"message": "sub"}


app.mount("/subapi", subapi)
