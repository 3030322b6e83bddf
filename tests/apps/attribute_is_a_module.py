# expect: LS004
import os as app
