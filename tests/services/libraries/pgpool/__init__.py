"""A pool of connections to a database."""

from pgpool.pool import create_pool

__all__ = ["create_pool"]
