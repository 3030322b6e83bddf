"""Spans of every request, sent away when the process ends."""

import telemetry


def start(settings):
    telemetry.install("shop", settings.broker_url)
