# expect: LS005
# target: factory_takes_an_argument:create_app
def create_app(settings):
    async def app(scope, receive, send): ...

    return app
