# expect: LS002
class Meta(type):
    def __getattribute__(cls, name):
        raise RuntimeError("no questions")


class Secretive(Exception, metaclass=Meta):
    pass


raise Secretive("hidden")
