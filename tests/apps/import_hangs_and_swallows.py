# expect: LS009
# options: --import-timeout 2
import time

while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
