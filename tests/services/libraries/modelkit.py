"""Models."""

import time


class Model:
    @classmethod
    def from_file(cls, path):
        time.sleep(0.35)
        return cls()
