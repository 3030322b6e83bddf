import sys

assert "options" not in sys.modules
assert not any(path.endswith("probe") for path in sys.path)
