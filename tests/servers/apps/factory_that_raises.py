def app():
    raise LookupError("no settings")
