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
    def limit_s(self) -> float:
        """The longest time that the options give to a phase: a timeout, with the hold where that is."""
        given = list(zip(self.words, self.words[1:], strict=False))
        limits = [seconds(word) for option, word in given if option.endswith("timeout")]
        return max(limits) + sum(seconds(word) for option, word in given if option == "--hold")


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
