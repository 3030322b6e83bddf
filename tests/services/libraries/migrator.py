"""Migrations, by a client that blocks."""

import time


def upgrade(dsn, revision):
    time.sleep(0.9)
    return revision
