"""Invented students and records for the Hengyang regulation; `bench/make_hengyang_sample.py` writes them as files."""
