# expect: LS009
# options: --import-timeout 0.7
import re

re.match(r"(a+)+$", "a" * 40 + "!")  # here
