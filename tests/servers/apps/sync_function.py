from _answers import run


def app(scope, receive, send):
    return run(scope, receive, send)
