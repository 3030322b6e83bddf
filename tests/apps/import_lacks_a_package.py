# expect: LS002
import a_package_that_is_not_installed


async def app(scope, receive, send): ...
