# expect: LS105
# options: --startup-timeout 1
import signal
import time

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, signal.SIG_IGN)


async def app(scope, receive, send):
    await receive()
    time.sleep(3600)  # here
