from _answers import run


class App:
    def __call__(self, scope, receive, send):
        return run(scope, receive, send)


app = App()
