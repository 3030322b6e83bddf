"""Search."""

import time
from contextlib import asynccontextmanager

import searcher


@asynccontextmanager
async def client(settings):
    async with searcher.connect(settings.search_url) as connection:
        yield connection


def build_index():
    index, end = {}, time.thread_time() + 0.2
    while time.thread_time() < end:
        index[len(index)] = str(len(index))
    return index
