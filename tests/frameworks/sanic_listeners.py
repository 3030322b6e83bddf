"""Sanic, "Listeners": around the server's start and stop; under ASGI they are the lifespan."""

from sanic import HTTPResponse, Request, Sanic, text

app = Sanic("Listeners")


@app.before_server_start
async def attach_database(app: Sanic) -> None:
    """Keep something for the requests."""
    app.ctx.database = "database"
    print("before start")


@app.after_server_start
async def announce(app: Sanic) -> None:
    """Runs when everything is there."""
    print("after start with", app.ctx.database)


@app.before_server_stop
async def detach_database(app: Sanic) -> None:
    """Runs while requests may still come to their end."""
    print("before stop")


@app.after_server_stop
async def farewell(app: Sanic) -> None:
    """Runs last."""
    print("after stop")


@app.get("/")
async def index(request: Request) -> HTTPResponse:
    """Something to serve."""
    return text("hello")
