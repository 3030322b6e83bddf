"""A library for tables, as heavy to import as such libraries are."""

from tabular import core, plotting, readers


def frame(values):
    return {"rows": list(values), "engine": core.ENGINE, "plots": plotting.KINDS, "formats": readers.FORMATS}
