# expect: none
# As tests that travel in time do it: under every name in every module, once more in startup.
import sys
import time

NAMES = ("time", "time_ns", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "process_time_ns")
CLOCKS = {id(getattr(time, name)) for name in (*NAMES, "thread_time_ns", "clock_gettime_ns")}


def stop():
    for module in list(sys.modules.values()):
        for name, value in list(vars(module).items()):
            if id(value) in CLOCKS:
                setattr(module, name, lambda *_: 0)


stop()


async def app(scope, receive, send):
    stop()
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
