"""One option: how it is shown, and how its value is read from a flag, a variable's text or a value of TOML.

Whatever cannot be read raises ValueError with half a sentence that says what is wrong and what is accepted; the place
it came from is put before it by `settings`.
"""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lifespan_cli.paths import is_visible_dir

SECOND_NS = 1_000_000_000
_UNITS_NS = {"": SECOND_NS, "s": SECOND_NS, "ms": 1_000_000, "m": 60 * SECOND_NS}
_DURATION = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+) ?(ms|s|m|)")
_UNITS_BYTES = {
    "B": 1,
    "KB": 1_000,
    "MB": 1_000_000,
    "GB": 1_000_000_000,
    "KIB": 1024,
    "MIB": 1024**2,
    "GIB": 1024**3,
}
_SIZE = re.compile(r"([0-9]{1,15}\.?[0-9]{0,6}) ?([kKMG]i?B|B)")
_LARGEST_BYTES = 10**15 - 1
_COUNT = re.compile(r"[0-9]{1,6}")
_LARGEST_COUNT = 999_999
_SHARE = re.compile(r"([0-9]{1,6}\.?[0-9]{0,10}) ?(%?)")
_LARGEST_SHARE = 100
"""A hundredfold; without its sign a number above 1 is refused, for it is meant to be a percentage."""
_LONGEST_S = 365 * 24 * 3600
_SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def _as_it_is(text: str) -> object:
    return text


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of an option's value.

    `read` makes the value of a flag's text, of a TOML value, or of what `from_text` made of a variable's text; its
    second argument is the folder that relative paths start from.
    """

    read: Callable[[object, Path], object]
    metavar: str = ""
    """The value's name in the help; empty for a switch, which takes none."""
    from_text: Callable[[str], object] = _as_it_is
    repeatable: bool = False
    words: tuple[str, ...] = ()
    """The values there are, where they are few; of a report, its formats."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A report besides the one on stdout: its format, and the file for it."""

    format: str
    path: Path

    def __str__(self) -> str:
        """As it is written on the command line."""
        return f"{self.format}={self.path}"


@dataclass(frozen=True, slots=True)
class Option:
    """What there is to know of an option besides its name, its type and its default."""

    kind: Kind
    panel: str
    help: str
    short: str = ""


def duration(*, zero: bool = False, least_ns: int = 0) -> Kind:
    """A time, read to integer nanoseconds; numbers without a unit are seconds.

    Less than `least_ns`, whole milliseconds, cannot be measured.
    """

    def read(raw: object, _: Path) -> object:
        amount_ns = _nanoseconds(raw)
        if amount_ns == 0 and not zero:
            raise ValueError(f"{raw!r} is no time at all; write more than zero, 300ms, 1.5s or 2m, say")
        if amount_ns < least_ns:
            raise ValueError(f"{raw!r} is less than sampling can see; the smallest limit is {least_ns // 1_000_000}ms")
        return amount_ns

    return Kind(read, "DURATION")


def _nanoseconds(raw: object) -> int:
    amount: float = -1
    unit = ""
    if isinstance(raw, str) and (match := _DURATION.fullmatch(raw.strip())):
        amount, unit = float(match[1]), match[2]
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
        amount = raw
    # also false for nan; a huge int is compared before it is multiplied with a float
    if not 0 <= amount <= _LONGEST_S * SECOND_NS / _UNITS_NS[unit]:
        raise ValueError(f"{raw!r} is no duration; write seconds (1.5), or a number with its unit: 300ms, 1.5s, 2m")
    return round(amount * _UNITS_NS[unit])


def count(*, least: int = 1) -> Kind:
    """A whole number, not less than `least`, with at most six digits."""

    def read(raw: object, _: Path) -> object:
        number = int(raw) if isinstance(raw, str) and _COUNT.fullmatch(raw.strip()) else raw
        if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= _LARGEST_COUNT:
            raise ValueError(f"{raw!r} is no whole number from {least} to {_LARGEST_COUNT}")
        return number

    return Kind(read, "N")


def size() -> Kind:
    """An amount of memory, read to bytes; a number without its unit is refused, for few mean bytes."""

    def read(raw: object, _: Path) -> object:
        match = _SIZE.fullmatch(str(raw).strip()) if not isinstance(raw, bool) else None
        amount = round(float(match[1]) * _UNITS_BYTES[match[2].upper()]) if match else 0
        if not 0 < amount <= _LARGEST_BYTES:
            raise ValueError(f"{raw!r} is no amount of memory; write a number with its unit: 500kB, 200MB, 1GB")
        return amount

    return Kind(read, "SIZE")


def share() -> Kind:
    """A share: a percentage with its sign, or a fraction."""

    def read(raw: object, _: Path) -> object:
        text = f"{raw:.10f}" if isinstance(raw, float) else str(raw).strip()
        match = _SHARE.fullmatch(text) if not isinstance(raw, bool) else None
        value = float(match[1]) / (100 if match[2] else 1) if match else 0.0
        if not 0 < value <= (_LARGEST_SHARE if match and match[2] else 1):
            raise ValueError(f"{raw!r} is no share; write a percentage, 30%, or a fraction of 1, 0.3")
        return value

    return Kind(read, "SHARE")


def choice(*words: str, metavar: str = "") -> Kind:
    """One of a few words. They are its name in the help, unless another one is given."""

    def read(raw: object, _: Path) -> object:
        if raw not in words:
            raise ValueError(f"{raw!r} is none of {', '.join(words)}")
        return raw

    return Kind(read, metavar or "|".join(words), words=words)


def switch() -> Kind:
    """On or off."""

    def from_text(text: str) -> object:
        try:
            return _SWITCH[text.strip().lower()]
        except KeyError:
            raise ValueError(f"{text!r} is neither on nor off; write one of {', '.join(_SWITCH)}") from None

    def read(raw: object, _: Path) -> object:
        if not isinstance(raw, bool):
            raise ValueError(f"{raw!r} is neither true nor false")  # noqa: TRY004  # one kind of error for every reader
        return raw

    return Kind(read, from_text=from_text)


def path(metavar: str) -> Kind:
    """A path, made absolute."""

    def read(raw: object, base: Path) -> object:
        return Path(_absolute(_text(raw, "path"), base))

    return Kind(read, metavar)


def program(metavar: str) -> Kind:
    """A path, made absolute, or a bare name that is to be looked for on PATH."""

    def read(raw: object, base: Path) -> object:
        text = _text(raw, "path or name of a program")
        is_path = os.sep in text or is_visible_dir(Path(base, text))
        return _absolute(text, base) if is_path else text

    return Kind(read, metavar)


def names(metavar: str) -> Kind:
    """A list of words without commas and blanks: codes, modules. A flag may hold several, with commas between."""

    def read(raw: object, _: Path) -> object:
        return tuple(word for text in _words(raw) for word in _split(text))

    return Kind(read, metavar, from_text=_split, repeatable=True)


def texts(metavar: str) -> Kind:
    """A list of strings, taken as they are."""

    def read(raw: object, _: Path) -> object:
        return _words(raw)

    return Kind(read, metavar, from_text=_split, repeatable=True)


def request_paths() -> Kind:
    """A list of what stands behind the host in a URL: a path and perhaps a query."""

    def read(raw: object, _: Path) -> object:
        for text in (found := _words(raw)):
            if not text.startswith("/"):
                raise ValueError(f"{text!r} is no path of the application; it begins with /: /health, say")
        return found

    return Kind(read, "PATH", from_text=_split, repeatable=True)


def destinations(*formats: str) -> Kind:
    """A list of reports, each `FORMAT=PATH`."""

    def read(raw: object, base: Path) -> object:
        return tuple(_destination(text, formats, base) for text in _texts(raw))

    return Kind(read, "FORMAT=PATH", from_text=_split, repeatable=True, words=formats)


def _destination(text: str, formats: Sequence[str], base: Path) -> Destination:
    name, _, place = text.partition("=")
    if not place:
        raise ValueError(f"{text!r} is no report; write its format and its file: junit=report.xml, say")
    if name not in formats:
        raise ValueError(f"{name!r} is no format; choose one of {', '.join(formats)}")
    if place == "-":
        raise ValueError(f"{text!r} names no file; for a report on stdout there is --output-format {name}")
    if place.endswith(os.sep):
        raise ValueError(f"{text!r} names a folder; name a file in it")
    return Destination(name, Path(_absolute(_text(place, "path"), base)))


def _split(text: str) -> list[str]:
    return re.findall(r"[^,\s]+", text)


def _texts(raw: object) -> Sequence[str]:
    if isinstance(raw, str):
        return [raw]
    if isinstance(raw, (list, tuple)) and all(isinstance(item, str) for item in raw):
        return raw
    raise ValueError(f"{raw!r} is no list of strings")


def _words(raw: object) -> tuple[str, ...]:
    """Strings that a process can be given."""
    words = tuple(_texts(raw))
    if any("\0" in word for word in words):
        raise ValueError(f"{raw!r} has a NUL character in it")
    return words


def _text(raw: object, what: str) -> str:
    if isinstance(raw, os.PathLike):
        raw = os.fspath(raw)
    if not isinstance(raw, str):
        raise ValueError(f"{raw!r} is no {what}; write it in quotes")  # noqa: TRY004  # one kind of error, as above
    if not raw or "\0" in raw:
        raise ValueError(f"{raw!r} is no {what}")
    return raw


def _absolute(text: str, base: Path) -> str:
    """The path from `base`, without `..`, its symbolic links kept: a virtual environment's interpreter is one."""
    return os.path.abspath(Path(base, Path(text).expanduser()))  # noqa: PTH100  # resolve() follows links
