# expect: none
# target: clean_factory:create_app(  )
from clean import app


def create_app(debug=False):
    return app
