"""What else a customer may like."""

import modelkit


def load(settings):
    return modelkit.Model.from_file(settings.model)
