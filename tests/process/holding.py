"""Tests that hold processes until they are ended; `test_supervisor` runs them in a pytest of its own.

Each makes a file in the folder HOLDING once its processes are up.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from conftest import APPS
from supervisor import descendants

FOLDER = Path(os.environ["HOLDING"])
DAEMON = """
import os, sys, time
if os.fork():
    sys.exit()
os.setsid()
if os.fork():
    os._exit(0)
open(sys.argv[1], "w").close()
time.sleep(3600)
"""


def test_a_call(check):
    check("_hanging:app", WHERE="loop", READY=str(FOLDER / "call"))


def test_a_command(start):
    start("_hanging:app", "--hold=3600", WHERE="hold", READY=str(FOLDER / "command")).end()


def test_a_server_that_starts_its_workers_again():
    words = [sys.executable, "-m", "uvicorn", "clean:app", "--workers=2", "--port=0"]
    with subprocess.Popen(words, cwd=APPS, start_new_session=True) as server:
        while len(descendants(server.pid)) < 2:
            time.sleep(0.02)
        (FOLDER / "server").touch()
        time.sleep(3600)


def test_a_process_with_a_session_of_its_own_and_no_environment():
    subprocess.run([sys.executable, "-c", DAEMON, str(FOLDER / "daemon")], env={}, check=True)
    time.sleep(3600)
