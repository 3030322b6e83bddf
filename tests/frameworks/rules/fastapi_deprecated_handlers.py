# expect: LS403
from fastapi import FastAPI

app = FastAPI()


@app.on_event("startup")  # here
async def connect(): ...


@app.on_event("shutdown")
async def disconnect(): ...
