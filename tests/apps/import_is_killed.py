# expect: LS010
import os
import signal

os.kill(os.getpid(), signal.SIGKILL)
