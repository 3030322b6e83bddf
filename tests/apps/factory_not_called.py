# expect: LS005
# target: factory_not_called:create_app
def create_app(debug=False):
    async def app(scope, receive, send): ...

    return app
