# expect: LS009
# target: factory_hangs:create_app()
# options: --import-timeout 0.7
import time


def create_app():
    time.sleep(60)  # here
