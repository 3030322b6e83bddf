"""The findings with a path in the repository and a fingerprint, for the formats that a code host reads.

Nothing is asked of the file system.
"""

import hashlib
import posixpath
import re
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from lifespan_cli.model import Finding, Report, Target
from lifespan_cli.output import Style
from lifespan_cli.output.escape import inert
from lifespan_cli.output.locations import relative

_NUMBER = re.compile(r"0x[0-9a-fA-F]+|[0-9]+(?:[.,][0-9]+)*(?:\s?(?:µs|us|ms|s|min|h|B|kB|MB|GB|%)\b)?")
"""What differs from run to run, or from line to line: counts, times, sizes, addresses, lines."""


class Located(Struct, frozen=True):
    """A finding with a file to show it in."""

    target: Target
    finding: Finding
    path: str
    """The finding's file, else the application's, else the target's name; relative to the repository, inert."""
    line: int | None
    """None where `path` is not the finding's own."""
    aside: str
    """Where it is, if that is outside of the repository: ` (at /usr/lib/python3.11/ssl.py:12)`, inert; else empty."""
    fingerprint: str
    """The same for the same problem in another run, also when its line has moved; no two of a report are alike."""


def located(report: Report, style: Style) -> Iterator[Located]:
    """Every finding of the report, in its order."""
    seen: Counter[tuple[str, ...]] = Counter()
    for target in report.targets:
        for finding in target.findings:
            own = in_repository(finding.path, style)
            path = own or _home(target, style) or inert(target.target)
            key = (finding.code, target.target, path, _NUMBER.sub("#", finding.message))
            seen[key] += 1
            line = finding.line if own else None
            aside = "" if own else outside(finding)
            yield Located(target, finding, path, line, f" ({aside})" if aside else "", _hash(*key, str(seen[key])))


def in_repository(path: str | None, style: Style) -> str | None:
    """The path from the top of the repository, inert; None for a file outside of it, and for code without a file."""
    if not path or path.startswith("<"):
        return None
    place = posixpath.normpath(posixpath.join(style.root, path))
    short = relative(place, style.repository or style.root)
    return None if short.startswith(("/", "../")) else inert(short)


def outside(finding: Finding) -> str:
    """Where a finding is that is of no file in the repository: `at /usr/lib/python3.11/ssl.py:12`, inert; or empty."""
    if finding.path is None:
        return ""
    return inert(f"at {finding.path}" + (f":{finding.line}" if finding.line else ""))


def _home(target: Target, style: Style) -> str | None:
    """The application's own file."""
    applications = (run.application for run in target.runs if run.application)
    return next((path for item in applications if (path := in_repository(item.path, style))), None)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:40]
