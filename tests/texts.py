"""What the text report of each example is, to the letter."""

# ruff: noqa: E501  # pages of 160 columns

PASSED_80 = """\
shop.main:app ([tool.fastapi] entrypoint) · FastAPI 0.165.0 · Python 3.11.7 (the
.venv of this project) · asyncio
Ready in 1.48 s = import 456 ms + startup 1.02 s.  Shutdown 51.0 ms.
PASSED shop.main:app – ready in 1.48 s, no findings
"""

PASSED_VERBOSE = """\
shop.main:app ([tool.fastapi] entrypoint) · FastAPI 0.165.0 · Python 3.11.7 (the .venv of this
project) · asyncio
  application  app
  interpreter  .venv/bin/python
  platform     linux
Ready in 1.48 s = import 456 ms + startup 1.02 s.  Shutdown 51.0 ms.

  phase         time  0                                                                                             1.61 s       cpu    memory
  boot       21.4 ms  ─╴                                                                                                     20.0 ms   +9.4 MB
  import      456 ms   ━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸                                                                          440 ms  +48.2 MB
  resolve      12 µs                               ╺                                                                           12 µs       0 B
  runtime    38.0 ms                               ╶──                                                                       37.2 ms   +2.1 MB
  startup     1.02 s                                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸        160 ms  +12.6 MB
  hold        850 µs                                                                                                 ╺        300 µs       0 B
  shutdown   51.0 ms                                                                                                 ╺━━━    1.20 ms   -340 kB
  exit       18.2 ms                                                                                                    ╺━   18.0 ms
  not charged to the application: boot (the interpreter), runtime (this tool)

application output (last line)
  │ goodbye

PASSED shop.main:app – ready in 1.48 s, no findings
"""

CRASHED_80 = """\
shop.main:app · FastAPI 0.165.0 · Python 3.11.7 (the .venv of this project) ·
asyncio
import 456 ms ✓   startup 87.0 ms ✗ crashed   shutdown –

application output (last 2 lines)
  │ INFO: connecting to 127.0.0.1:5432
  │ WARNING:    retry in 0 s

warning[LS403] The application uses on_event, which is deprecated.
  --> shop/main.py:30

error[LS102] The application raised ConnectionRefusedError during startup:
  [Errno 111] Connect call failed ('127.0.0.1', 5432)
  --> shop/db.py:41  in connect ← lifespan (shop/main.py:8)
   |
39 | async def connect():
40 |
41 |     return await asyncpg.create_pool(DSN)
   |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = fix: Send lifespan.startup.failed with the reason, so that every server
     stops and says why; uvicorn takes an exception for an application without
     lifespan, and serves.

FAILED shop.main:app – startup crashed at shop/db.py:41 (ConnectionRefusedError:
       [Errno 111] Connect call failed ('127.0.0.1', 5432))
"""

HUNG_100 = """\
shop.main:app · FastAPI 0.165.0 · Python 3.11.7 (the .venv of this project) · asyncio
import 456 ms ✓   startup 10.0 s ✗ timed out   shutdown –   exit 4.00 ms ✗ killed

error[LS105] Startup did not end within 10 s.
  --> shop/db.py:41  in connect ← lifespan (shop/main.py:8)
   |
41 | return await asyncpg.create_pool(DSN)
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ waiting here when the time ran out
   = thread warmer: in warm (shop/cache.py:7)
   = fix: Give what is waited for a timeout of its own.

FAILED shop.main:app – startup timed out at shop/db.py:41
"""

HUNG_VERBOSE = """\
shop.main:app · FastAPI 0.165.0 · Python 3.11.7 (the .venv of this project) · asyncio
  application  app
  interpreter  .venv/bin/python
  platform     linux
import 456 ms ✓   startup 10.0 s ✗ timed out   shutdown –   exit 4.00 ms ✗ killed

  phase                  time  0                                                                                             10.5 s       cpu    memory
  boot                21.4 ms  ╴                                                                                                      20.0 ms   +9.4 MB
  import               456 ms  ━━━━╸                                                                                                   440 ms  +48.2 MB
  resolve               12 µs      ╺                                                                                                    12 µs       0 B
  runtime             38.0 ms      ╶                                                                                                  37.2 ms   +2.1 MB
  startup   timeout    10.0 s      ╺━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━    160 ms  +12.6 MB
  exit      killed    4.00 ms                                                                                                     ╺
  skipped: shutdown
  not charged to the application: boot (the interpreter), runtime (this tool)

error[LS105] Startup did not end within 10 s.  startup-timeout
  --> shop/db.py:41  in connect ← lifespan (shop/main.py:8)
   |
41 | return await asyncpg.create_pool(DSN)
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ waiting here when the time ran out
  when the time ran out
    task lifespan in create_pool ← shop/db.py:41
      ← shop/main.py:8 (lifespan)
      ← contextlib.py:210 (_AsyncGeneratorContextManager.__aenter__)
      ← starlette/routing.py:693 (Router.lifespan)
      ← fastapi/applications.py:1054 (FastAPI.__call__)
    thread MainThread in EpollSelector.select, selectors.py:468
      ← asyncio/runners.py:190 (run)
    thread warmer in Queue.get ← shop/cache.py:7
      ← threading.py:982 (Thread.run)
   = fix: Give what is waited for a timeout of its own.

FAILED shop.main:app – startup timed out at shop/db.py:41
"""

SLOW_100 = """\
shop.main:app · FastAPI 0.165.0 · Python 3.11.7 (the .venv of this project) · asyncio
Ready in 3.50 s = import 1.50 s + startup 2.00 s.  Shutdown 300 ms.

    time  share  what                                                             where
  800 ms   23 %  import pandas (3 modules)                                        shop/reports.py:6
  800 ms   23 %  connections = await asyncpg.create_pool(…  waits                 shop/db.py:11
  400 ms   11 %  await redis.get("prices")                  waits, 2 in parallel  shop/cache.py:9
  300 ms    9 %  import fastapi (2 modules)                                       shop/main.py:3
  300 ms    9 %  return Model.from_file(path)               in a thread           shop/model.py:7
  250 ms    7 %  import boto                                                      shop/main.py:5
  150 ms    4 %  index[word] = find(word)                   blocks the loop, CPU  shop/search.py:6
  120 ms    3 %  module shop.pricing, its own code                                shop/main.py:6
  100 ms    3 %  time.sleep(0.1)                            blocks the loop       shop/settings.py:8
  100 ms    3 %  for word in words:                         blocks the loop, CPU  shop/search.py:5
  165 ms    5 %  7 more below 5 %

shutdown 300 ms
    time  share  what                    where
  300 ms  100 %  yield  in close  waits  shop/main.py:16

PASSED shop.main:app – ready in 3.50 s, no findings
"""

SLOW_ASCII_80 = """\
shop.main:app - FastAPI 0.165.0 - Python 3.11.7 (the .venv of this project) -
asyncio
Ready in 3.50 s = import 1.50 s + startup 2.00 s.  Shutdown 300 ms.

    time  share  what                                         where
  800 ms   23 %  import pandas (3 modu...                     shop/reports.py:6
  800 ms   23 %  connections = await a...  waits              shop/db.py:11
  400 ms   11 %  await redis.get("pric...  waits, 2 parallel  shop/cache.py:9
  300 ms    9 %  import fastapi (2 mod...                     shop/main.py:3
  300 ms    9 %  return Model.from_fil...  thread             shop/model.py:7
  250 ms    7 %  import boto                                  shop/main.py:5
  150 ms    4 %  index[word] = find(word)  blocks, CPU        shop/search.py:6
  120 ms    3 %  module shop.pricing,...                      shop/main.py:6
  100 ms    3 %  time.sleep(0.1)           blocks             shop/settings.py:8
  100 ms    3 %  for word in words:        blocks, CPU        shop/search.py:5
  165 ms    5 %  7 more below 5 %

shutdown 300 ms
    time  share  what                    where
  300 ms  100 %  yield  in close  waits  shop/main.py:16

PASSED shop.main:app - ready in 3.50 s, no findings
"""

SEVERAL_80 = """\
PASSED shop.main:app – ready in 1.48 s, no findings

shop.main:app · FastAPI 0.165.0 · Python 3.11.7 (the .venv of this project) ·
asyncio
import 456 ms ✓   startup 10.0 s ✗ timed out   shutdown –   exit 4.00 ms ✗
killed

error[LS105] Startup did not end within 10 s.
  --> shop/db.py:41  in connect ← lifespan (shop/main.py:8)
   |
41 | return await asyncpg.create_pool(DSN)
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ waiting here when the time ran out
   = thread warmer: in warm (shop/cache.py:7)
   = fix: Give what is waited for a timeout of its own.

FAILED shop.main:app – startup timed out at shop/db.py:41

PASSED legacy.asgi – ready in 456 ms, no lifespan: nothing runs at startup or
        shutdown, 1 warning

FAILED  3 targets: 2 passed, 1 failed (shop.main:app)
"""

SEVERAL_QUIET = """\
PASSED shop.main:app – ready in 1.48 s, no findings
error[LS105] Startup did not end within 10 s.
  --> shop/db.py:41  in connect ← lifespan (shop/main.py:8)
  = fix: Give what is waited for a timeout of its own.
FAILED shop.main:app – startup timed out at shop/db.py:41
PASSED legacy.asgi – ready in 456 ms, no lifespan: nothing runs at startup or
        shutdown, 1 warning

FAILED  3 targets: 2 passed, 1 failed (shop.main:app)
"""

UNSUPPORTED_ASCII = """\
legacy.asgi - Django 5.2 - Python 3.11.7 (the .venv of this project) - asyncio

warning[LS101] The application refuses the lifespan scope: ValueError: Django
  can only handle ASGI/HTTP connections

PASSED  ready in 456 ms (import 456 ms), no lifespan: nothing runs at startup or
        shutdown, 1 warning
"""

RUNS_80 = """\
shop.main:app ([tool.fastapi] entrypoint) · FastAPI 0.165.0 · Python 3.11.7 (the
.venv of this project) · asyncio
Ready in 1.48 s = import 456 ms + startup 1.02 s.  Shutdown 51.0 ms.

  phase       median ± deviation  (min … max, runs)
  boot       21.0 ms ± 816 µs     (20.0 ms … 22.0 ms, 3 runs)
  import      456 ms ± 8.30 ms    (450 ms … 470 ms, 3 runs)
  startup     1.02 s ± 13.1 ms    (1.01 s … 1.04 s, 3 runs)

PASSED shop.main:app – ready in 1.48 s, no findings
"""

SLOW_STARTUP_VERBOSE = """\
startup 2.00 s
     total      self  self cpu  import tree
    140 ms    140 ms    140 ms  modelkit  ← shop/model.py:3
     start duration  0                 2.00 s  critical path, and off it (─)
     +0 µs   100 ms  ━                         load, shop/settings.py:8 ← shop/main.py:15
   +100 ms   800 ms   ━━━━━━━━━━               create_pool ← shop/db.py:11 ← shop/main.py:16
   +900 ms   200 ms            ╶──             get ← shop/cache.py:5 ← shop/main.py:17
   +900 ms   400 ms            ╺━━━━╸          get ← shop/cache.py:9 ← shop/main.py:17
   +1.30 s   300 ms                 ╺━━━       Model.from_file ← shop/model.py:7 ← shop/main.py:18
   +1.60 s   100 ms                     ━╸     build, shop/search.py:5 ← shop/main.py:19
   +1.60 s   150 ms                     ━━     build, shop/search.py:6 ← shop/main.py:19
   +1.85 s  60.0 ms                        ━   retried ← shop/main.py:20
   +1.91 s  60.0 ms                        ╺╸  retried ← shop/main.py:21
      total  call tree (━ on the critical path, ─ off it)
     2.00 s  ━ FastAPI.__call__  fastapi/applications.py:1054
     100 ms    ━ lifespan  shop/main.py:15
     100 ms      ━ load  shop/settings.py:8  time.sleep(0.1)
     800 ms    ━ lifespan  shop/main.py:16
     800 ms      ━ AsyncExitStack.enter_async_context  contextlib.py:650
     800 ms      ━ pool  shop/db.py:11  connections = await asyncpg.create_pool(settings.dsn, min_size=10, max_size=20)
     800 ms      ━ create_pool  asyncpg/pool.py:9
     400 ms    ━ lifespan  shop/main.py:17
     200 ms        ─ users  shop/cache.py:5, task Task-2  await redis.get("users")
     200 ms          ━ get  redis/client.py:3
     400 ms        ━ prices  shop/cache.py:9, task Task-3  await redis.get("prices")
     400 ms          ━ get  redis/client.py:3
     300 ms    ━ lifespan  shop/main.py:18
     300 ms      ━ to_thread  asyncio/threads.py:25
     300 ms      ━ Thread._bootstrap  threading.py:995, task asyncio_0
     300 ms      ━ load  shop/model.py:7  return Model.from_file(path)
     300 ms      ━ Model.from_file  modelkit.py:9
     250 ms    ━ lifespan  shop/main.py:19
     100 ms        ━ build  shop/search.py:5  for word in words:
     150 ms        ━ build  shop/search.py:6  index[word] = find(word)
    60.0 ms    ━ lifespan  shop/main.py:20  await retried(ask)
    60.0 ms      ━ retried  shop/http.py:4  await action()
    60.0 ms    ━ lifespan  shop/main.py:21  await retried(tell)
    60.0 ms      ━ retried  shop/http.py:4  await action()
    25.0 ms    ━ lifespan  shop/main.py:22  check(app)
      start  duration  context managers, measured exactly
    +100 ms    800 ms  enter lifespan.<locals>.pool, shop/db.py:9
"""
