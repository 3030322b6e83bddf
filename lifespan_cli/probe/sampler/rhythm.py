"""How often to look: by what looks cost and whom, and how long a phase lasts."""

LOOP_PAUSE_S = 0.002
SHORTEST_PAUSE_S = 0.001
GIL_NS = 2_000_000
"""Who wakes later than this has waited for the GIL."""
IMPORT_PAUSE_S = 0.04
"""Imports compute without a pause, so that each look holds them up, some 0.3 ms with what it costs the caches; and each
is timed exactly, without looking."""
LONG_MODULE_PAUSE_S = 0.01
"""But a module whose own lines last has to be looked at. It is found up to 45 ms late: so much may be charged to a
wrong line of the tree, or to none where a module takes less in all."""
LONG_PAUSE_S = 0.01
LOOKS = 5000
LONGEST_PAUSE_S = 0.1
USUAL_COST_NS = 50_000
BUSY_FACTOR = 100
"""While other threads compute all the time, a look may take so small a part of it."""
LEAST_FACTOR = 20
"""While they wait, looks cost CPU time only."""


class Rhythm:
    """The pause between two looks."""

    def __init__(self, longest_s: float = LONGEST_PAUSE_S) -> None:
        """While an event loop runs, no pause is longer than `longest_s`."""
        self._longest_s = longest_s
        self._cost_ns = USUAL_COST_NS

    def count(self, cost_ns: int) -> None:
        """A look has cost so much. A single costly one, the first of all say, is no rhythm."""
        self._cost_ns = min(cost_ns, 2 * self._cost_ns)

    def in_loop_s(self, busy: float, late_ns: int, lasts_ns: int) -> float:
        """How long to sleep in a phase of the event loop that lasts already, of which milliseconds matter less then.

        `busy` is how many of the other threads compute. To wait for the GIL for `late_ns`, which a thread that computes
        keeps for 5 ms, is a pause, too.
        """
        wanted_s, least_s = self._wanted_s(busy), self.least_s(lasts_ns)
        if late_ns > GIL_NS:
            wanted_s, least_s = wanted_s - late_ns / 1e9, SHORTEST_PAUSE_S
        return max(least_s, min(self._longest_s, wanted_s))

    def least_s(self, lasts_ns: int) -> float:
        """How long to sleep there at least."""
        return max(LOOP_PAUSE_S, min(LONG_PAUSE_S, lasts_ns / 1e9 / LOOKS))

    def outside_s(self, busy: float, least_s: float) -> float:
        """How long to sleep before, at least so long."""
        return max(least_s, min(LONGEST_PAUSE_S, self._wanted_s(busy)))

    def _wanted_s(self, busy: float) -> float:
        return self._cost_ns * max(LEAST_FACTOR, BUSY_FACTOR * busy) / 1e9
