# expect: LS002
# A module whose own import asks for the very name of the target: the target is there, its import is not.
__import__("import_lacks_its_own_name.database")


async def app(scope, receive, send): ...
