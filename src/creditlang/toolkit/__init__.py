"""Helpers for those who write plugins: files that appear whole, Arrow, documents to be printed, digests."""
