"""Invented students and records for the Hengyang regulation; `samples/hengyang` writes them as files."""
