# expect: LS002
from _not_python import app
