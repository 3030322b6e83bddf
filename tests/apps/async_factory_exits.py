# expect: LS010
# target: async_factory_exits:create_app()
async def create_app():
    raise SystemExit("no settings")
