# expect: LS004
app = print
