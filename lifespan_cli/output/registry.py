"""The output formats by name: each is the function `render` of the module of that name.

A module is imported when its format is asked for, so that no other format waits for rich or for templates.
"""

from importlib import import_module

from lifespan_cli.errors import UsageError
from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.output import Style
from lifespan_cli.settings import FORMATS


def render(name: str, result: DiagnosedReport, style: Style) -> str:
    """The report in the format of that name, ending with a newline; empty if the format has nothing to say.

    Raises UsageError for a name that is not in `FORMATS`.
    """
    if name not in FORMATS:
        raise UsageError(f"there is no output format {name!r}: choose one of {', '.join(FORMATS)}")
    text: str = import_module(f"lifespan_cli.output.{name}").render(result, style)
    return text
