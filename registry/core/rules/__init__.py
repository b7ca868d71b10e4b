"""Mentions and use to verdicts: what the rightsholders say about the characters that a prompt names."""
