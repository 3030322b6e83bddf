# expect: LS123
class ImproperlyConfigured(ValueError):
    pass


async def app(scope, receive, send):
    raise ImproperlyConfigured("set SECRET_KEY")
