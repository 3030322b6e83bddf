class App:
    def __call__(self, environ, start_response):
        start_response("200 OK", [("content-length", "4")])
        return [b"down"]


app = App()
