"""A Django project of the smallest size."""
