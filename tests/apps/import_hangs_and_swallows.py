# expect: LS009
# options: --import-timeout 2
import time

while True:
    try:
        time.sleep(3600)
    except BaseException:
        pass
