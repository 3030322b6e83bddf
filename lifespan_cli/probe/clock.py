"""The clocks, in nanoseconds, as the interpreter has them.

What freezes time for tests puts another function in the place of each global name of each module that is the clock's
function itself. These are none of them, and go on.
"""

import time

from lifespan_cli.probe.internals.interpreter import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

monotonic_ns: "Callable[[], int]" = partial(time.monotonic_ns)
process_time_ns: "Callable[[], int]" = partial(time.process_time_ns)
thread_time_ns: "Callable[[], int]" = partial(time.thread_time_ns)
clock_gettime_ns: "Callable[[int], int]" = partial(time.clock_gettime_ns)
