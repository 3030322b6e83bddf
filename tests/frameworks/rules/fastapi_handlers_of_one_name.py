# expect: LS403
# Two handlers of one name and line, each of which runs once.
from fastapi import FastAPI


def opening(name):
    async def connect(): ...  # here

    return connect


app = FastAPI(on_startup=[opening("database"), opening("cache")])
