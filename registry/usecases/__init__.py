"""One function, one use case, one transaction. The HTTP routes, the command line and the tests call these and nothing below."""
