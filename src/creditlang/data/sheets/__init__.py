"""Sheets of any layout: the heading found, columns placed, rows told from totals, told apart from one another."""
