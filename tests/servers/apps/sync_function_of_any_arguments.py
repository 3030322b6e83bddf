import functools

from _answers import run


@functools.wraps(run)
def app(*args, **kwargs):
    return run(*args, **kwargs)
