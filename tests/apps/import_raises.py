# expect: LS002
import os

DATABASE_URL = os.environ["A_VARIABLE_THAT_NOBODY_SETS"]


async def app(scope, receive, send): ...
