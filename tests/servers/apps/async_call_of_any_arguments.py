from _answers import run


class App:
    async def __call__(self, *args):
        await run(*args)


app = App()
