# expect: LS306
# Its own collection of warnings is filled as before, which ends the process if it is not.
import os
import warnings

heard = []
warnings.showwarning = lambda message, category, *_: heard.append(category)


async def connect(): ...


async def app(scope, receive, send):
    await receive()
    connect()  # here
    warnings.warn("the cache is small", UserWarning)
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("error", DeprecationWarning)
        try:
            warnings.warn("old", DeprecationWarning)
        except DeprecationWarning:
            warnings.warn("the cache is old", UserWarning)
    if heard != [RuntimeWarning, UserWarning] or [one.category for one in recorded] != [UserWarning]:
        os._exit(3)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
