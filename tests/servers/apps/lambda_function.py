from _answers import run

app = lambda scope, receive, send: run(scope, receive, send)
