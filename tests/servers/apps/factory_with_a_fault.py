def app():
    return len(42)
