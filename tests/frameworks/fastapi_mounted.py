"""FastAPI, "Sub Applications": one application mounted in another; the main one has a lifespan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Runs for both."""
    print("main up")
    yield
    print("main down")


app = FastAPI(lifespan=lifespan)
subapi = FastAPI()


@app.get("/app")
def read_main() -> dict[str, str]:
    """Of the main application."""
    return {"message": "main"}


@subapi.get("/sub")
def read_sub() -> dict[str, str]:
    """Of the sub-application."""
    return {"message": "sub"}


app.mount("/subapi", subapi)
