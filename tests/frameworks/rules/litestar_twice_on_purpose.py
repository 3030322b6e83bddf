# expect: none
# Hooks of Litestar's are no deprecated handlers, and a list may hold one twice.
from litestar import Litestar


async def connect(app): ...


app = Litestar(on_startup=[connect, connect])
