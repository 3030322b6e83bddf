"""What the text report of each example is, to the letter."""

# ruff: noqa: E501  # pages of 160 columns

PASSED_80 = """\
shop.main:app  [tool.fastapi] entrypoint
  taken    app, FastAPI 0.165.0
  runs on  asyncio, Python 3.11.7, linux
  python   .venv/bin/python (the .venv of this project)

  phase         time  0                               1.61 s       cpu    memory
  boot       21.4 ms  ╴                                        20.0 ms   +9.4 MB
  import      456 ms  ╺━━━━━━━━━━╸                              440 ms  +48.2 MB
  resolve      12 µs             ╸                               12 µs       0 B
  runtime    38.0 ms             ─                             37.2 ms   +2.1 MB
  startup     1.02 s              ━━━━━━━━━━━━━━━━━━━━━━━━╸     160 ms  +12.6 MB
  hold        850 µs                                      ╸     300 µs       0 B
  shutdown   51.0 ms                                      ━╸   1.20 ms   -340 kB
  exit       18.2 ms                                       ╺   18.0 ms
  not charged to the application: boot (the interpreter), runtime (this tool)

passed  shop.main:app imports in 456 ms, starts in 1.02 s, stops in 51.0 ms
"""

PASSED_160 = """\
shop.main:app  [tool.fastapi] entrypoint
  taken    app, FastAPI 0.165.0
  runs on  asyncio, Python 3.11.7, linux
  python   .venv/bin/python (the .venv of this project)

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

passed  shop.main:app imports in 456 ms, starts in 1.02 s, stops in 51.0 ms
"""

CRASHED_80 = """\
shop.main:app
  taken    app, FastAPI 0.165.0
  runs on  asyncio, Python 3.11.7, linux
  python   .venv/bin/python (the .venv of this project)

  phase                  time  0                      622 ms       cpu    memory
  boot                21.4 ms  ─                               20.0 ms   +9.4 MB
  import               456 ms  ╺━━━━━━━━━━━━━━━━━━━━━╸          440 ms  +48.2 MB
  resolve               12 µs                        ╸           12 µs       0 B
  runtime             38.0 ms                        ──        37.2 ms   +2.1 MB
  startup   crashed   87.0 ms                          ━━━━     160 ms  +12.6 MB
  exit                20.0 ms                              ━
  not charged to the application: boot (the interpreter), runtime (this tool)

error LS102 startup-crashed
  The application raised ConnectionRefusedError during startup: [Errno 111]
  Connect call failed ('127.0.0.1', 5432)
  at shop/db.py:41
  │ Traceback (most recent call last):
  │   … 2 frames in starlette, contextlib
  │   File "shop/main.py", line 8, in lifespan
  │     app.state.pool = await connect()
  │                      ^^^^^^^^^^^^^^^
  │   File "shop/db.py", line 41, in connect
  │     return await asyncpg.create_pool(DSN)
  │            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  │   … 2 frames in asyncpg
  │   File "/usr/lib/python3.11/asyncio/base_events.py", line 1070, in
  │     create_connection
  │     raise exceptions[0]
  │ ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 5432)
  hint: Send lifespan.startup.failed with the reason, so that every server stops
        and says why; uvicorn takes an exception for an application without
        lifespan, and serves.

warning LS403 deprecated-event-handlers
  The application uses on_event, which is deprecated.
  at shop/main.py:30

the last 2 lines that the application wrote
  │ INFO: connecting to 127.0.0.1:5432
  │ WARNING:    retry in 0 s

failed  shop.main:app: 1 error, 1 warning
"""

HUNG_160 = """\
shop.main:app
  taken    app, FastAPI 0.165.0
  runs on  asyncio, Python 3.11.7, linux
  python   .venv/bin/python (the .venv of this project)

  phase                  time  0                                                                                             10.5 s       cpu    memory
  boot                21.4 ms  ╴                                                                                                      20.0 ms   +9.4 MB
  import               456 ms  ━━━━╸                                                                                                   440 ms  +48.2 MB
  resolve               12 µs      ╺                                                                                                    12 µs       0 B
  runtime             38.0 ms      ╶                                                                                                  37.2 ms   +2.1 MB
  startup   timeout    10.0 s      ╺━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━    160 ms  +12.6 MB
  exit      killed    4.00 ms                                                                                                     ╺
  skipped: shutdown
  not charged to the application: boot (the interpreter), runtime (this tool)

error LS105 startup-timeout
  Startup did not end within 10 s.
  at shop/db.py:41
  where it hung
    task lifespan in create_pool ← shop/db.py:41
      ← shop/main.py:8 (lifespan)
      ← 3 calls in contextlib, starlette, fastapi
    thread MainThread in EpollSelector.select, selectors.py:468
    thread warmer in Queue.get ← shop/cache.py:7
  hint: Give what is waited for a timeout of its own.

failed  shop.main:app: 1 error
"""

UNSUPPORTED_ASCII = """\
legacy.asgi
  taken    application, django.core.handlers.asgi.ASGIHandler, Django 5.2
  runs on  asyncio, Python 3.11.7, linux
  python   .venv/bin/python (the .venv of this project)

  phase                      time  0                  516 ms       cpu    memory
  boot                    21.4 ms  -                           20.0 ms   +9.4 MB
  import                   456 ms   ======================      440 ms  +48.2 MB
  resolve                   12 us                         =      12 us       0 B
  runtime                 38.0 ms                         --   37.2 ms   +2.1 MB
  startup   unsupported    400 us                          =    160 ms  +12.6 MB
  not charged to the application: boot (the interpreter), runtime (this tool)

warning LS101 lifespan-unsupported
  The application refuses the lifespan scope: ValueError: Django can only handle
  ASGI/HTTP connections

the last line that the application wrote
  | goodbye

passed  legacy.asgi imports in 456 ms, has no lifespan: nothing runs at startup
        or shutdown; 1 warning
"""

SEVERAL_QUIET = """\
passed  shop.main:app imports in 456 ms, starts in 1.02 s, stops in 51.0 ms

error LS105 startup-timeout
  Startup did not end within 10 s.
  at shop/db.py:41
  hint: Give what is waited for a timeout of its own.
failed  shop.main:app: 1 error

warning LS101 lifespan-unsupported
  The application refuses the lifespan scope: ValueError: Django can only handle
  ASGI/HTTP connections
passed  legacy.asgi imports in 456 ms, has no lifespan: nothing runs at startup
        or shutdown; 1 warning

failed  3 targets, 1 failed: shop.main:app
"""

RUNS_80 = """\
shop.main:app  [tool.fastapi] entrypoint
  taken    app, FastAPI 0.165.0
  runs on  asyncio, Python 3.11.7, linux
  python   .venv/bin/python (the .venv of this project)

  run 3 of 3, the median one
  phase         time  0                               1.61 s       cpu    memory
  boot       21.4 ms  ╴                                        20.0 ms   +9.4 MB
  import      456 ms  ╺━━━━━━━━━━╸                              440 ms  +48.2 MB
  resolve      12 µs             ╸                               12 µs       0 B
  runtime    38.0 ms             ─                             37.2 ms   +2.1 MB
  startup     1.02 s              ━━━━━━━━━━━━━━━━━━━━━━━━╸     160 ms  +12.6 MB
  hold        850 µs                                      ╸     300 µs       0 B
  shutdown   51.0 ms                                      ━╸   1.20 ms   -340 kB
  exit       20.0 ms                                       ╺   18.0 ms
  not charged to the application: boot (the interpreter), runtime (this tool)

  phase       median ± deviation  (min … max, runs)
  boot       21.0 ms ± 816 µs     (20.0 ms … 22.0 ms, 3 runs)
  import      456 ms ± 8.30 ms    (450 ms … 470 ms, 3 runs)
  startup     1.02 s ± 13.1 ms    (1.01 s … 1.04 s, 3 runs)

passed  shop.main:app imports in 456 ms, starts in 1.02 s, stops in 51.0 ms
"""

SLOW_100 = """\
import 1.50 s, 11 modules, by cost
    800 ms  53%  ━━━━━━━━  computing  pandas, 3 modules        ← shop/reports.py:6
    300 ms  20%  ━━━       computing  fastapi, 2 modules       ← shop/main.py:3
    250 ms  17%  ━━╸       waiting    boto, 1 module           ← shop/main.py:5
    120 ms   8%  ━         computing  shop.pricing, your code  shop/pricing.py:13  compute_all_pric…
   20.0 ms   1%  … 4 modules more

startup 2.00 s, by cost
    800 ms  40%  ━━━━━━━━  waiting    shop/db.py:11       await asyncpg.create_pool(settings.dsn, m…
    400 ms  20%  ━━━━      waiting    shop/cache.py:9     await redis.get("prices")
                                      2 tasks in parallel
    300 ms  15%  ━━━       in thread  shop/model.py:7     return Model.from_file(path)
    150 ms   8%  ━╸        computing  shop/search.py:6    index[word] = find(word)
    100 ms   5%  ━         blocking   shop/settings.py:8  time.sleep(0.1)
    100 ms   5%  ━         computing  shop/search.py:5    for word in words:
    145 ms   7%  … 3 lines more
  imports during startup 140 ms: modelkit 140 ms ← shop/model.py:3
     began     took  0           2.00 s  critical chain, and beside it (─)
     +0 µs   100 ms  ━                   load, shop/settings.py:8 ← shop/main.py:15
   +100 ms   800 ms  ╺━━━━━━━            create_pool ← shop/db.py:11 ← shop/main.py:16
   +900 ms   200 ms          ──          get ← shop/cache.py:5 ← shop/main.py:17
   +900 ms   400 ms          ━━━╸        get ← shop/cache.py:9 ← shop/main.py:17
   +1.30 s   300 ms             ╺━━╸     Model.from_file ← shop/model.py:7 ← shop/main.py:18
   +1.60 s   100 ms                ━╸    build, shop/search.py:5 ← shop/main.py:19
   +1.60 s   150 ms                ━━    build, shop/search.py:6 ← shop/main.py:19
   +1.85 s  60.0 ms                  ╺   retried ← shop/main.py:20

shutdown 300 ms, by cost
    300 ms 100%  ━━━━━━━━  waiting    shop/main.py:16  yield  in close

passed  shop.main:app imports in 1.50 s, starts in 2.00 s, stops in 300 ms
"""

SLOW_ASCII_80 = """\
import 1.50 s, 11 modules, by cost
    800 ms  53%  computing  pandas, 3 modules     <- shop/reports.py:6
    300 ms  20%  computing  fastapi, 2 modules    <- shop/main.py:3
    250 ms  17%  waiting    boto, 1 module        <- shop/main.py:5
    120 ms   8%  computing  shop.pricing, you...  shop/pricing.py:13  compute...
   20.0 ms   1%  ... 4 modules more

startup 2.00 s, by cost
    800 ms  40%  waiting    shop/db.py:11       await asyncpg.create_pool(set...
    400 ms  20%  waiting    shop/cache.py:9     await redis.get("prices")
                            2 tasks in parallel
    300 ms  15%  in thread  shop/model.py:7     return Model.from_file(path)
    150 ms   8%  computing  shop/search.py:6    index[word] = find(word)
    100 ms   5%  blocking   shop/settings.py:8  time.sleep(0.1)
    100 ms   5%  computing  shop/search.py:5    for word in words:
    145 ms   7%  ... 3 lines more
  imports during startup 140 ms: modelkit 140 ms <- shop/model.py:3
     began     took  0    2.00 s  critical chain, and beside it (-)
     +0 us   100 ms  =            load, shop/settings.py:8 <- shop/main.py:15
   +100 ms   800 ms  =====        create_pool <- shop/db.py:11
   +900 ms   200 ms      --       get <- shop/cache.py:5 <- shop/main.py:17
   +900 ms   400 ms      ===      get <- shop/cache.py:9 <- shop/main.py:17
   +1.30 s   300 ms         ==    Model.from_file <- shop/model.py:7
   +1.60 s   100 ms          ==   build, shop/search.py:5 <- shop/main.py:19
   +1.60 s   150 ms          ==   build, shop/search.py:6 <- shop/main.py:19
   +1.85 s  60.0 ms            =  retried <- shop/main.py:20

shutdown 300 ms, by cost
    300 ms 100%  waiting    shop/main.py:16  yield  in close

passed  shop.main:app imports in 1.50 s, starts in 2.00 s, stops in 300 ms
"""

SLOW_STARTUP_VERBOSE = """\
startup 2.00 s, by cost
    800 ms  40%  ━━━━━━━━  waiting    shop/db.py:11       await asyncpg.create_pool(settings.dsn, min_size=10, max_size=20)
    400 ms  20%  ━━━━      waiting    shop/cache.py:9     await redis.get("prices")  2 tasks in parallel
    300 ms  15%  ━━━       in thread  shop/model.py:7     return Model.from_file(path)
    150 ms   8%  ━╸        computing  shop/search.py:6    index[word] = find(word)
    100 ms   5%  ━         blocking   shop/settings.py:8  time.sleep(0.1)
    100 ms   5%  ━         computing  shop/search.py:5    for word in words:
   60.0 ms   3%  ╸         waiting    shop/main.py:20     await retried(ask)
   60.0 ms   3%  ╸         waiting    shop/main.py:21     await retried(tell)
   25.0 ms   1%  ╸         computing  shop/main.py:22     check(app)
  imports during startup 140 ms: modelkit 140 ms ← shop/model.py:3
     began     took  0                 2.00 s  critical chain, and beside it (─)
     +0 µs   100 ms  ━                         load, shop/settings.py:8 ← shop/main.py:15
   +100 ms   800 ms   ━━━━━━━━━━               create_pool ← shop/db.py:11 ← shop/main.py:16
   +900 ms   200 ms            ╶──             get ← shop/cache.py:5 ← shop/main.py:17
   +900 ms   400 ms            ╺━━━━╸          get ← shop/cache.py:9 ← shop/main.py:17
   +1.30 s   300 ms                 ╺━━━       Model.from_file ← shop/model.py:7 ← shop/main.py:18
   +1.60 s   100 ms                     ━╸     build, shop/search.py:5 ← shop/main.py:19
   +1.60 s   150 ms                     ━━     build, shop/search.py:6 ← shop/main.py:19
   +1.85 s  60.0 ms                        ━   retried ← shop/main.py:20
   +1.91 s  60.0 ms                        ╺╸  retried ← shop/main.py:21
      total  call tree (━ delayed the end, ─ did not)
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
      began      took  context managers, measured exactly
    +100 ms    800 ms  enter lifespan.<locals>.pool, shop/db.py:9
"""
