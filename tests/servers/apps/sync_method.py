from _answers import run


class Service:
    def handle(self, scope, receive, send):
        return run(scope, receive, send)


app = Service().handle
