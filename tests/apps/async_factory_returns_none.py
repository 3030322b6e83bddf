# expect: LS004
# target: async_factory_returns_none:create_app()
async def create_app():
    pass
