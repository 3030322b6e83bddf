"""Attributes the time of a phase to lines."""
