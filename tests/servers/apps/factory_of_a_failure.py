from startup_fails import app as application


def app():
    return application
