"""FastAPI, "Lifespan Events": a plain function for the shutdown, which appends to a file of the current folder."""

from fastapi import FastAPI

app = FastAPI()


@app.on_event("shutdown")
def write_log() -> None:
    """Reading and writing files needs no async."""
    with open("log.txt", mode="a") as log:  # noqa: PTH123  # as the documentation has it
        log.write("Application shutdown\n")


@app.get("/items/")
async def read_items() -> list[dict[str, str]]:
    """Something to serve."""
    return [{"name": "Foo"}]
