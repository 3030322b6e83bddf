"""Migrations, by a client that blocks."""

import time

from stopwatch import Measured


def upgrade(dsn, revision):
    with Measured():
        time.sleep(0.9)
        return revision
