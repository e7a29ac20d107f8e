"""Measurements: what is promised about speed and memory, one command each; see README.md."""
