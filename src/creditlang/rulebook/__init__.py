"""A policy as a book to read beside its regulation: each clause, what it says as rules, and examples worked out."""

from creditlang.rulebook.clause_file import clause_file, read_clauses
from creditlang.rulebook.to_rulebook import rulebook_of

__all__ = ["clause_file", "read_clauses", "rulebook_of"]
