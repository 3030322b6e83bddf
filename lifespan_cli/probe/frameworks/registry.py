"""The adapters, one for each framework."""

from lifespan_cli.probe.frameworks.django import Django
from lifespan_cli.probe.frameworks.litestar import Litestar
from lifespan_cli.probe.frameworks.quart import Quart
from lifespan_cli.probe.frameworks.sanic import Sanic
from lifespan_cli.probe.frameworks.starlette import Starlette

ADAPTERS = (Starlette(), Litestar(), Quart(), Sanic(), Django())
