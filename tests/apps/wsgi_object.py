# expect: LS004
class Flask:
    def __call__(self, environ, start_response):
        return []


app = Flask()
