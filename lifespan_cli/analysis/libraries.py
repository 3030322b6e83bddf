"""The libraries that rules know by name."""

FRAMEWORKS = frozenset(
    [
        *("asgiref", "blacksheep", "channels", "connexion", "django", "emmett55", "falcon", "fastapi", "fastmcp"),
        *("flask", "litestar", "mcp", "quart", "sanic", "starlette", "werkzeug"),
    ]
)
"""What applications are made with: their work at import is putting the application together, which has to be done."""
FOUNDATIONS = FRAMEWORKS | {"anyio", "asyncio", "msgspec", "pydantic", "pydantic_core", "trio", "typing_extensions"}
"""What these or the event loop load in any case, whoever is the first to ask for it."""
