# expect: LS004
# target: factory_returns_none:create_app()
def create_app():
    app = object()
