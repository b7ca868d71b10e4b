"""Pure room: values in, values out. No I/O, no clock, no randomness, no HTTP, no SQL."""
