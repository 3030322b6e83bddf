# expect: none
# target: clean_under_another_name
from clean import app as _app


async def the_only_one(scope, receive, send):
    await _app(scope, receive, send)
