"""What is there after the lifespan that was not there before."""
