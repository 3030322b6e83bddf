"""The rules: all that is judged, in one order, and how it is chosen from and explained. What a rule says is data.

`apply` judges, `find` and `explain` answer `--explain`, `table` and `listing` show them all.
"""

import difflib
import textwrap
from collections.abc import Iterable

from lifespan_cli.errors import UsageError
from lifespan_cli.model import Finding
from lifespan_cli.rules import (
    blocking,
    budgets,
    conduct,
    endings,
    frameworks,
    hygiene,
    importing,
    loading,
    messages,
    requests,
    running,
    scope,
    shape,
    shutdown,
    startup,
    target,
    timing,
)
from lifespan_cli.rules.rule import Budgets, Case, Rule

__all__ = [
    "RULES",
    "Budgets",
    "Case",
    "Rule",
    "apply",
    "chosen",
    "explain",
    "find",
    "listing",
    "table",
    "validate_codes",
]

WIDTH = 80

RULES: tuple[Rule, ...] = (
    target.MODULE_NOT_FOUND,
    target.IMPORT_ERROR,
    shape.ATTRIBUTE_NOT_FOUND,
    shape.NOT_AN_ASGI_APP,
    shape.LOOKS_LIKE_A_FACTORY,
    target.FACTORY_FAILED,
    shape.ASGI2_APP,
    shape.SHAPE_SOME_SERVERS_REJECT,
    target.IMPORT_TIMEOUT,
    target.EXIT_DURING_IMPORT,
    loading.STANDARD_LIBRARY_FIRST,
    scope.LIFESPAN_UNSUPPORTED,
    startup.STARTUP_CRASHED,
    startup.STARTUP_FAILED,
    startup.STARTUP_WITHOUT_OUTCOME,
    startup.STARTUP_TIMEOUT,
    messages.UNKNOWN_MESSAGE_TYPE,
    messages.MALFORMED_MESSAGE,
    messages.MESSAGE_OUT_OF_ORDER,
    messages.FAILED_WITHOUT_MESSAGE,
    running.ENDED_BEFORE_SHUTDOWN,
    running.CRASHED_WHILE_RUNNING,
    shutdown.SHUTDOWN_CRASHED,
    shutdown.SHUTDOWN_FAILED,
    shutdown.SHUTDOWN_WITHOUT_OUTCOME,
    shutdown.SHUTDOWN_TIMEOUT,
    shutdown.STILL_RUNNING_AFTER_SHUTDOWN,
    shutdown.RAISED_AFTER_SHUTDOWN,
    conduct.SWALLOWED_CANCELLATION,
    conduct.STATE_REPLACED,
    conduct.STATE_KEY_NOT_STR,
    running.EXIT_DURING_PHASE,
    conduct.RETURNED_A_VALUE,
    scope.CRASHED_ON_SCOPE,
    requests.FAILS_ON_RESTART,
    budgets.OVER_BUDGET,
    budgets.SLOWER_THAN_BASELINE,
    blocking.EVENT_LOOP_BLOCKED,
    importing.SLOW_IMPORT,
    importing.WORK_AT_IMPORT,
    timing.SEQUENTIAL_WAITS,
    timing.SLOW_EXIT,
    requests.SLOW_FIRST_REQUEST,
    requests.REQUEST_FAILED,
    importing.NOT_PRECOMPILED,
    budgets.FORBIDDEN_IMPORT,
    budgets.TOO_MANY_MODULES,
    hygiene.TASK_LEFT,
    hygiene.THREAD_LEFT,
    hygiene.PROCESS_LEFT,
    hygiene.SOCKET_OR_FILE_LEFT,
    endings.EXCEPTION_NEVER_RETRIEVED,
    endings.NEVER_AWAITED,
    endings.DID_NOT_EXIT,
    frameworks.HANDLERS_IGNORED,
    frameworks.MOUNTED_NEVER_RUNS,
    frameworks.DEPRECATED_HANDLERS,
    frameworks.RAN_TWICE,
    frameworks.NOT_LEFT,
)
"""Every rule, by code. Findings are told in this order."""


def apply(case: Case, *, select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """What the rules find in a case that `chosen` chooses. Raises UsageError as it does."""
    return tuple(finding for rule in chosen(select, ignore) for finding in rule.judge(case))


def chosen(select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> tuple[Rule, ...]:
    """The rules that are to be applied.

    `select` and `ignore` hold codes or beginnings of codes: the longest that fits a rule decides, `ignore` if both are
    equally long; an empty `select` means all. Raises UsageError for one that fits no rule.
    """
    validate_codes(select, "--select")
    validate_codes(ignore, "--ignore")
    return tuple(rule for rule in RULES if _is_on(rule.code, select, ignore))


def _is_on(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    wanted = _longest(code, select or ("",))
    return wanted >= 0 and wanted > _longest(code, ignore)


def _longest(code: str, beginnings: Iterable[str]) -> int:
    """How many characters of the code the best of the beginnings decides on; -1 where none fits."""
    return max((len(beginning) for beginning in beginnings if code.startswith(beginning)), default=-1)


def validate_codes(codes: Iterable[str], option_name: str) -> None:
    """Raise UsageError, naming the option and the nearest code, for one that is no code nor the beginning of any."""
    for code in codes:
        if not code.startswith("LS") or not any(rule.code.startswith(code) for rule in RULES):
            raise UsageError(f"{option_name}: no rule has the code {code!r}{_nearest(code)} (--list-rules shows all)")


def _nearest(name: str) -> str:
    """`, did you mean LS104?`: the code that is most like the name, or whose slug is."""
    codes = {rule.code.lower(): rule.code for rule in RULES}
    near = difflib.get_close_matches(name.lower(), [*codes, *_by_slug()], 1, 0.5)
    if not near:
        return ""
    return f", did you mean {codes.get(near[0]) or _by_slug()[near[0]].code}?"


def _by_slug() -> dict[str, Rule]:
    return {rule.slug: rule for rule in RULES}


def find(code_or_slug: str) -> Rule:
    """The rule of that code or slug, in upper or lower case. Raises UsageError, naming the nearest, for any other."""
    wanted = code_or_slug.strip().lower()
    for rule in RULES:
        if wanted in (rule.code.lower(), rule.slug):
            return rule
    raise UsageError(f"there is no rule {code_or_slug!r}{_nearest(code_or_slug)} (--list-rules shows all)")


def explain(rule: Rule) -> str:
    """All there is to say of a rule, as plain text of at most 80 columns."""
    paragraphs = [rule.summary, *rule.explanation.split("\n\n"), f"Source: {rule.source}."]
    wrapped = [textwrap.fill(paragraph, WIDTH, break_on_hyphens=False) for paragraph in paragraphs]
    examples = [
        f"{title}:\n\n{textwrap.indent(code, '  ')}" for title, code in (("Bad", rule.bad), ("Good", rule.good))
    ]
    return "\n\n".join([f"{rule.code} {rule.slug} ({rule.severity})", *wrapped, *examples]) + "\n"


def table() -> str:
    """All rules as a Markdown table."""
    rows = [f"| {rule.code} | `{rule.slug}` | {rule.severity} | {_cell(rule.summary)} |" for rule in RULES]
    return "\n".join(["| code | name | severity | what it says |", "|---|---|---|---|", *rows]) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def listing() -> str:
    """All rules, one a line."""
    width = max(len(rule.slug) for rule in RULES)
    return "".join(f"{rule.code}  {rule.slug:<{width}}  {rule.severity:<7}  {rule.summary}\n" for rule in RULES)
