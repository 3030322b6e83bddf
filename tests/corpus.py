"""The folder of misbehaving applications: what is to be found in each stands in the comments at its top.

`expect` holds the codes of the findings, or none; `target` what to name instead of the module's `app`; `options` what
to add to the command line. Where a line ends with `# here`, the failure and the finding must name that one.
"""

import re
import shlex
from dataclasses import dataclass

from conftest import APPS, JUDGED

from lifespan_cli.options import SECOND_NS, duration
from lifespan_cli.rules import RULES

SEVERITIES = {rule.code: rule.severity for rule in RULES}


@dataclass(frozen=True)
class Case:
    """One application and what must be found in it."""

    name: str
    codes: tuple[str, ...]
    words: tuple[str, ...]
    has_place: bool

    @property
    def limits_s(self) -> set[float]:
        """The times that the options give to phases: the timeouts, and what they are with the hold."""
        given = list(zip(self.words, self.words[1:], strict=False))
        hold_s = sum(seconds(word) for option, word in given if option == "--hold")
        timeouts_s = {seconds(word) for option, word in given if option.endswith("timeout")}
        return timeouts_s | {timeout_s + hold_s for timeout_s in timeouts_s}


def seconds(word: str) -> float:
    return duration().read(word, APPS) / SECOND_NS


def read(name: str, text: str) -> Case:
    head = dict(re.findall(r"^# (expect|target|options): (.*)$", text, re.MULTILINE))
    codes = [] if head["expect"] == "none" else head["expect"].split()
    words = (head.get("target", f"{name}:app"), *shlex.split(head.get("options", "")))
    families = {code[:3] for code in codes} - set(JUDGED)
    return Case(name, tuple(codes), (*words, *(f"--select={family}" for family in families)), "# here" in text)


def cases() -> list[Case]:
    files = [*APPS.glob("*.py"), *APPS.glob("*/__init__.py")]
    named = {file.parent.name if file.stem == "__init__" else file.stem: file for file in files}
    return [read(name, file.read_text()) for name, file in sorted(named.items()) if not name.startswith("_")]


CASES = cases()
