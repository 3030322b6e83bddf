# expect: LS003
# target: names_are_strange
class Name(str):
    def startswith(self, prefix):
        raise RuntimeError("no beginning")

    __repr__ = __str__ = startswith


class Proxy:
    def __getattribute__(self, name):
        raise RuntimeError("working outside of request context")


globals()[Name("first")] = globals()[1] = Proxy()
