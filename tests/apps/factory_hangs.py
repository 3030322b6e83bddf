# expect: LS009
# target: factory_hangs:create_app()
# options: --import-timeout 2
import time


def create_app():
    time.sleep(3600)  # here
