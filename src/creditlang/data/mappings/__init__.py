"""Mapping files: sheets of another shape, as students and records of a policy."""
