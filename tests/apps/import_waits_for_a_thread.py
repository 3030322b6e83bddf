# expect: LS009
# options: --import-timeout 2
import threading
import time

worker = threading.Thread(target=time.sleep, args=(3600,))
worker.start()
worker.join()  # here
