# expect: LS402 LS403
# Handlers of what is mounted run as little as its lifespan.
from fastapi import FastAPI

inner = FastAPI()
app = FastAPI()


@inner.on_event("startup")  # here
async def connect(): ...


app.mount("/inner", inner)
