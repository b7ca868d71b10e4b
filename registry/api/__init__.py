"""JSON over HTTP: thin routes over the use cases. Problems (RFC 9457) are made in `problems.py` only."""
