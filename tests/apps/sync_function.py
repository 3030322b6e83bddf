# expect: LS004
def app(scope, receive, send):
    return "hello"
