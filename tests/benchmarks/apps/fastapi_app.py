"""A FastAPI application as a tutorial has it: nearly all of its start is the import of the framework."""

from contextlib import asynccontextmanager

from fastapi import FastAPI

models = {}


@asynccontextmanager
async def lifespan(app: FastAPI):
    """Fill a registry and clear it."""
    models["answer"] = 42
    yield
    models.clear()


app = FastAPI(lifespan=lifespan)


@app.get("/")
async def index() -> dict[str, int]:
    """Something to serve."""
    return models
