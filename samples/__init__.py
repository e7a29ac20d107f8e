"""Makers of the sample data of the bundled policies: invented students, the same for the same arguments."""
