# expect: LS402
# A lifespan may be any function that returns an async context manager: a class is one.
from starlette.applications import Starlette
from starlette.routing import Mount


class Sessions:
    def __init__(self, app): ...

    async def __aenter__(self): ...  # here

    async def __aexit__(self, *error): ...


app = Starlette(routes=[Mount("/inner", Starlette(lifespan=Sessions))])
