# expect: none
# Quart behind a middleware, with hooks that run.
from quart import Blueprint, Quart
from starlette.middleware.gzip import GZipMiddleware

inner = Quart(__name__)
blueprint = Blueprint("api", __name__)


@blueprint.before_app_serving
async def connect(): ...


inner.register_blueprint(blueprint)
app = GZipMiddleware(inner)
