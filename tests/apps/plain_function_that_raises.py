# expect: LS008 LS101
def app(scope, receive, send):
    raise NotImplementedError(scope["type"])
