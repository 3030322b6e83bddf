"""Where everything is."""

import time
from dataclasses import dataclass

import cloudsdk


@dataclass(frozen=True)
class Settings:
    dsn: str
    cache_url: str
    broker_url: str
    search_url: str
    model: str


def load_settings() -> Settings:
    secrets = cloudsdk.secrets("shop")
    time.sleep(0.05)  # the file lies on a network drive
    return Settings(secrets["dsn"], "kv://cache", "bus://broker", "http://search", "/models/recommend.bin")
