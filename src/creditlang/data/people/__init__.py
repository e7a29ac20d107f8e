"""Whose a record is: by number, by name and class, or by the group that it speaks of."""
