"""Events → Run → where its time went and why. Pure functions over values of `model`."""
