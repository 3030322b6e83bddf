# expect: LS304
import os
import sqlite3
import tempfile

folder = tempfile.mkdtemp()


async def app(scope, receive, send):
    await receive()
    app.database = sqlite3.connect(os.path.join(folder, "app.db"))  # here
    app.database.execute("PRAGMA journal_mode=wal")
    app.database.execute("CREATE TABLE orders (number)")
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
