# expect: LS009
# options: --import-timeout 2
import re

re.match(r"(a+)+$", "a" * 40 + "!")  # here
