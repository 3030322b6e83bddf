# expect: none
from quart import Quart

app = Quart(__name__)


@app.before_serving
async def connect(): ...


@app.while_serving
async def serve():
    yield


@app.after_serving
async def disconnect(): ...
