"""Sheets of many rows as columns of numbers: each distinct text is read once, by the same rules as every cell."""
