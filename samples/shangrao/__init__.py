"""Invented students and records for the Shangrao regulations; `samples/shangrao` writes them as files."""
