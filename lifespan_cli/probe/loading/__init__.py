"""Imports the target: recorded imports, the attribute path, the shape of the callable."""
