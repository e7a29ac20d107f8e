"""The people and the records of the sample for the volunteer-hours notice."""
