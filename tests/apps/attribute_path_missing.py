# expect: LS003
# target: attribute_path_missing:holder.app.inner
class holder:
    async def app(scope, receive, send): ...
