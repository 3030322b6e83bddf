# expect: LS006
# options: --factory
# target: factory_wants_arguments:create_app
def create_app(settings): ...
