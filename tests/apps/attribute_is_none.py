# expect: LS004
app = None
