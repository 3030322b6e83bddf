from _answers import run


def app():
    return run
