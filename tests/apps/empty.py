# expect: LS003
# target: empty
