"""Nobody asked for it."""

from tabular._work import compute

compute(0.25)
KINDS = ["bar", "line"]
