"""Start an ASGI application without a server and tell the truth about it.

Public names: `check` runs the whole tool on one target and returns its `Report`. They are resolved when first used,
so that importing the package (the demo application lives in it) imports nothing else.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifespan_cli.model import Report
    from lifespan_cli.pipeline import check

__version__ = "0.1.0"
__all__ = ["Report", "__version__", "check"]


def __getattr__(name: str) -> object:
    if name == "check":
        from lifespan_cli.pipeline import check

        return check
    if name == "Report":
        from lifespan_cli.model import Report

        return Report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
