"""Asks the machine's metadata service at import, and waits for an answer that never comes on a laptop."""

import time

time.sleep(0.25)
REGION = "nowhere"
