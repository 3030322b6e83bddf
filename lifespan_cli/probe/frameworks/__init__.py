"""What a framework has registered for the lifespan."""
