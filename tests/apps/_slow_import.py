# From now on there is a library that takes long to import: no file of the user's, as it has none at all.
import importlib.abc
import importlib.util
import sys
import time


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        return importlib.util.spec_from_loader(name, self) if name == "slow_library" else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        time.sleep(0.5)


sys.meta_path.insert(0, Finder())
