"""What compiled libraries do when they are loaded: they compute."""

import time


def compute(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
