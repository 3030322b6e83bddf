"""FastAPI, "Lifespan Events": several event handlers for the startup, async def and def."""

from fastapi import FastAPI

app = FastAPI()
items: dict[str, dict[str, str]] = {}


@app.on_event("startup")
async def fill_items() -> None:
    """The handler of the documentation, asynchronous."""
    items["foo"] = {"name": "Fighters"}
    items["bar"] = {"name": "Tenders"}
    print("first:", sorted(items))


@app.on_event("startup")
def count_items() -> None:
    """A second handler, a plain function: it finds what the first has left."""
    print("second:", len(items))


@app.on_event("startup")
async def add_item() -> None:
    """A third one."""
    items["baz"] = {"name": "Late"}
    print("third:", sorted(items))


@app.get("/items/{item_id}")
async def read_item(item_id: str) -> dict[str, str]:
    """One of the items."""
    return items[item_id]
