# expect: LS403
from fastapi import FastAPI


def disconnect(): ...  # here


app = FastAPI(on_shutdown=[disconnect])
