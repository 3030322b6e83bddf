# expect: LS403 LS404
from fastapi import FastAPI


async def connect(): ...  # here


app = FastAPI(on_startup=[connect])
app.router.on_startup.append(connect)
