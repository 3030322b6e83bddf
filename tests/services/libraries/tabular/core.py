"""The heart of it."""

from tabular._work import compute

compute(0.4)
ENGINE = "columns"
