"""Room: usecases."""
