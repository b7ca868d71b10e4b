"""Decision to leaf to tree to checkpoint to proof (RFC 8785, RFC 6962, C2SP tlog formats)."""
