"""BlackSheep, "Application events": functions registered for its start and its stop."""

from blacksheep import Application, get

app = Application()


@app.on_start
async def open_pool(app: Application) -> None:
    """Before the first request."""
    print("started")


@app.on_stop
async def close_pool(app: Application) -> None:
    """After the last."""
    print("stopped")


@get("/")
async def index() -> str:
    """Something to serve."""
    return "hello"
