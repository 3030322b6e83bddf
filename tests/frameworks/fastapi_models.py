"""FastAPI, "Lifespan Events": what stands before yield loads the models, what stands after it lets go of them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

ml_models: dict[str, Callable[[float], float]] = {}


def load_answer_model() -> Callable[[float], float]:
    """A model that would be expensive to load."""
    return lambda question: question * 42


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Fill the registry, serve, clear it."""
    ml_models["answer"] = load_answer_model()
    print("serving with", sorted(ml_models))
    yield
    ml_models.clear()
    print("left with", sorted(ml_models))


app = FastAPI(lifespan=lifespan)


@app.get("/predict")
async def predict(x: float) -> dict[str, float]:
    """Ask the model."""
    return {"result": ml_models["answer"](x)}
