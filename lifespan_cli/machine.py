"""The machine that a target runs on, which is ours too: what its times depend on, and can only be compared on."""

import os
import platform
import re
from pathlib import Path


def machine() -> str:
    """The processor, its architecture, and how many of its cores this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    model = re.search(r"^model name\s*: *(.*)$", text, re.MULTILINE)
    return f"{model[1] if model else platform.processor() or 'unknown processor'}, {platform.machine()}, {cores} cores"
