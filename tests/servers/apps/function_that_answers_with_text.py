def app(scope, receive, send):
    return "hello"
