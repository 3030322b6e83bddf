"""Which layer swallowed the lifespan is seen without another call of the application."""

from conftest import Check

APP = """
class Outer:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


class OnlyHTTP(Outer):
    async def __call__(self, scope, receive, send):
        print("called")
        if scope["type"] == "http":
            await self.app(scope, receive, send)


async def inner(scope, receive, send):
    await receive()


app = Outer(OnlyHTTP(inner))
"""


def test_the_layer_that_drops_the_lifespan_is_named_on_every_python(python, tmp_path, check: Check):
    (tmp_path / "main.py").write_text(APP)

    outcome = check("main:app", "--python", python, cwd=tmp_path)

    assert outcome.codes == ["LS104"]
    assert outcome.target.findings[0].message.endswith("; main.OnlyHTTP did not pass it on")
    assert [layer.reached for layer in outcome.run.layers] == [True, True, False]
    assert outcome.run.output == ("called",)
