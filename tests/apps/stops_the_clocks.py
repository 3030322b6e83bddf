# expect: none
# As tests that travel in time do it.
import time

time.time = time.time_ns = time.monotonic_ns = time.perf_counter = time.perf_counter_ns = lambda: 0
time.process_time = time.process_time_ns = lambda: 0


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
