"""The SDK of a cloud."""

from cloudsdk import credentials


def secrets(name):
    return {"dsn": f"pg://{credentials.REGION}/{name}"}
