"""Data that do not fit into memory: put aside once as they come, then read for some of the students at a time."""
