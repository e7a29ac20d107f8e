"""Invented students and records for the Shangrao regulations; `bench/make_shangrao_sample.py` writes them as files."""
