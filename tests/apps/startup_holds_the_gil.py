# expect: LS105
# options: --startup-timeout 1
import ctypes


async def app(scope, receive, send):
    await receive()
    library = ctypes.PyDLL(None)
    while True:
        library.sleep(3600)  # here
