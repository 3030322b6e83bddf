# expect: LS004
class Proxy:
    def __getattribute__(self, name):
        raise RuntimeError("working outside of request context")

    __repr__ = __str__ = __hash__ = __eq__ = __bool__ = __getattribute__


app = Proxy()
