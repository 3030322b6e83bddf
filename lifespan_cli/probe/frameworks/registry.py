"""The adapters, one of each framework."""

from lifespan_cli.probe.frameworks.starlette import Starlette

ADAPTERS = (Starlette(),)
