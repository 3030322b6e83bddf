# expect: LS002
from _circle import name

app = name
