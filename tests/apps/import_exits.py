# expect: LS010
import sys

sys.exit()
