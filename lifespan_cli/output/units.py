"""Nanoseconds and bytes for human eyes, in three digits or so."""


def duration(ns: int, *, unicode: bool = True) -> str:
    """A time of zero or more nanoseconds: 850 µs, 12.3 ms, 1.23 s, 2 min 05 s, 1 h 02 min."""
    if round(ns / 1e3) < 1000:
        return f"{round(ns / 1e3)} {'µs' if unicode else 'us'}"
    if round(ns / 1e6) < 1000:
        return f"{_three_digits(ns / 1e6)} ms"
    if ns < 59_950_000_000:
        return f"{_three_digits(ns / 1e9)} s"
    seconds = round(ns / 1e9)
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min"


def size(count: int) -> str:
    """A number of bytes: 512 B, 4.1 kB, 340 kB, 1.2 MB. A kB is 1000 bytes."""
    if abs(count) < 1000:
        return f"{count} B"
    for unit, length in (("kB", 1e3), ("MB", 1e6)):
        if round(abs(count) / length) < 1000:
            return f"{_two_digits(count / length)} {unit}"
    return f"{_two_digits(count / 1e9)} GB"


def growth(count: int) -> str:
    """A change in bytes, with its sign: +1.2 MB, -340 kB, 0 B."""
    return f"+{size(count)}" if count > 0 else size(count)


def _three_digits(value: float) -> str:
    if value < 9.995:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def _two_digits(value: float) -> str:
    return f"{value:.1f}" if abs(value) < 99.95 else f"{value:.0f}"
