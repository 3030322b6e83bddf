"""Quart, "Startup and Shutdown": functions before and after serving, and a generator around it."""

from collections.abc import AsyncIterator

from quart import Quart

app = Quart(__name__)


@app.before_serving
async def create_pool() -> None:
    """Runs before the first request."""
    print("before serving")


@app.while_serving
async def keep_client() -> AsyncIterator[None]:
    """Both, in one function."""
    print("client open")
    yield
    print("client closed")


@app.after_serving
async def close_pool() -> None:
    """Runs after the last request."""
    print("after serving")


@app.route("/")
async def index() -> str:
    """Something to serve."""
    return "hello"
