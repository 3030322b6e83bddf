# expect: LS004
app = 42
