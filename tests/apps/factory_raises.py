# expect: LS006
# target: factory_raises:create_app()
def create_app():
    raise ConnectionError("no database")
