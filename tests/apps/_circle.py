from circular import app

name = app
