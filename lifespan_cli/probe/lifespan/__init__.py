"""Calls the application with the lifespan scope on an event loop."""
