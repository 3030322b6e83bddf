"""Asks the machine's metadata service at import, and waits for an answer that never comes on a laptop."""

import time

from stopwatch import Measured

with Measured("cloudsdk"):
    time.sleep(0.25)
REGION = "nowhere"
