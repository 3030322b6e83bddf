"""Starlette's TestClient around an application: `with_testclient.py FOLDER MODULE`."""

import sys
from importlib import import_module

from starlette.testclient import TestClient

sys.path.insert(0, sys.argv[1])
app = import_module(sys.argv[2]).app

with TestClient(app):
    pass
