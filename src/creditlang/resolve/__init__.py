"""Names to declarations: the program that the later stages ask."""

from creditlang.resolve.from_syntax import resolve
from creditlang.resolve.program import AccountSymbol, Enumeration, FieldSymbol, ItemSymbol, Kind, Program

__all__ = ["AccountSymbol", "Enumeration", "FieldSymbol", "ItemSymbol", "Kind", "Program", "resolve"]
