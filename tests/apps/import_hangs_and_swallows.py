# expect: LS009
# options: --import-timeout 0.7
import time

while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
